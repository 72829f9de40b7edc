import { HttpConnection } from './http-connection.ts';
import { NO_CONTENT, Signer, type SigningCredentials } from './signer.ts';

export interface S3Server extends SigningCredentials {
  readonly port: number;
  readonly bucket: string;
}

/** An answer other than the one that was wanted. */
export class S3StatusError extends Error {
  override readonly name = 'S3StatusError';
}

export interface Content {
  readonly bytes: Buffer;
  /** SHA-256 in hexadecimal. */
  readonly digest: string;
}

/** One kept connection to an S3 server, path-style, one request at a time; a new one when the server has closed it. Each call throws on another status than its own. */
export class S3Client {
  readonly #port: number;
  #http: HttpConnection;
  readonly #signer: Signer;
  readonly #bucket: string;

  static async connect(server: S3Server): Promise<S3Client> {
    return new S3Client(await HttpConnection.connect(server.port), server);
  }

  private constructor(http: HttpConnection, server: S3Server) {
    this.#http = http;
    this.#port = server.port;
    this.#signer = new Signer(server, `127.0.0.1:${server.port}`);
    this.#bucket = `/${server.bucket}`;
  }

  /** Makes the bucket; no error when it is there. */
  async createBucket(): Promise<void> {
    await this.#request('PUT', this.#bucket, [200, 409]);
  }

  async put(key: string, content: Content): Promise<void> {
    await this.#request('PUT', `${this.#bucket}/${key}`, [200], content);
  }

  async get(key: string): Promise<Buffer> {
    return await this.#request('GET', `${this.#bucket}/${key}`, [200]);
  }

  async head(key: string): Promise<void> {
    await this.#request('HEAD', `${this.#bucket}/${key}`, [200]);
  }

  async delete(key: string): Promise<void> {
    await this.#request('DELETE', `${this.#bucket}/${key}`, [204]);
  }

  /** One page of ListObjectsV2 (at most 1,000 keys): its XML. */
  async list(prefix: string): Promise<string> {
    const query = `list-type=2&max-keys=1000&prefix=${prefix}`;
    return (await this.#request('GET', this.#bucket, [200], undefined, query)).toString('utf8');
  }

  close(): void {
    this.#http.close();
  }

  async #request(
    method: string,
    path: string,
    wanted: readonly number[],
    content?: Content,
    query = '',
  ): Promise<Buffer> {
    const digest = content?.digest ?? NO_CONTENT;
    const head = this.#signer.head(method, path, query, digest, content?.bytes.length ?? 0, Date.now());
    if (this.#http.closed) this.#http = await HttpConnection.connect(this.#port);
    const { status, body } = await this.#http.request(method, head, content?.bytes);
    if (wanted.includes(status)) return body;
    throw new S3StatusError(`${method} ${path}: ${status} ${body.subarray(0, 300).toString('utf8')}`);
  }
}
