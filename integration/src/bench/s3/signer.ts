import { createHmac, hash } from 'node:crypto';

/** SHA-256 of nothing, in hexadecimal. */
export const NO_CONTENT = hash('sha256', '');

export interface SigningCredentials {
  readonly accessKey: string;
  readonly secretKey: string;
  readonly region: string;
}

/** AWS Signature Version 4 in the Authorization header, for paths and queries that need no escapes. */
export class Signer {
  readonly #credentials: SigningCredentials;
  readonly #host: string;
  #second = 0;
  #timestamp = '';
  #scope = '';
  #key: Buffer = Buffer.alloc(0);

  constructor(credentials: SigningCredentials, host: string) {
    this.#credentials = credentials;
    this.#host = host;
  }

  /**
   * Request line and header fields of a signed request, each with its line end.
   * @param query sorted, without `?`
   * @param digest SHA-256 of the body in hexadecimal
   * @param now milliseconds since 1970
   */
  head(method: string, path: string, query: string, digest: string, length: number, now: number): string {
    this.#refresh(now);
    const signed = 'host;x-amz-content-sha256;x-amz-date';
    const canonical =
      `${method}\n${path}\n${query}\nhost:${this.#host}\nx-amz-content-sha256:${digest}\n` +
      `x-amz-date:${this.#timestamp}\n\n${signed}\n${digest}`;
    const toSign = `AWS4-HMAC-SHA256\n${this.#timestamp}\n${this.#scope}\n${hash('sha256', canonical)}`;
    const signature = createHmac('sha256', this.#key).update(toSign).digest('hex');
    const target = query === '' ? path : `${path}?${query}`;
    const content = method === 'PUT' ? `content-length: ${length}\r\n` : '';
    return (
      `${method} ${target} HTTP/1.1\r\nhost: ${this.#host}\r\nx-amz-date: ${this.#timestamp}\r\n` +
      `x-amz-content-sha256: ${digest}\r\n${content}authorization: AWS4-HMAC-SHA256 ` +
      `Credential=${this.#credentials.accessKey}/${this.#scope}, SignedHeaders=${signed}, Signature=${signature}\r\n`
    );
  }

  #refresh(now: number): void {
    const second = Math.floor(now / 1000);
    if (second === this.#second) return;
    this.#second = second;
    this.#timestamp = new Date(second * 1000).toISOString().replaceAll(/[-:]|\.000/g, '');
    const { region, secretKey } = this.#credentials;
    const date = this.#timestamp.slice(0, 8);
    this.#scope = `${date}/${region}/s3/aws4_request`;
    let key: string | Buffer = `AWS4${secretKey}`;
    for (const part of [date, region, 's3', 'aws4_request']) key = createHmac('sha256', key).update(part).digest();
    this.#key = key as Buffer;
  }
}
