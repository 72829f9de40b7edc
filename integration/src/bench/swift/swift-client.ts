import { HttpConnection } from '../s3/http-connection.ts';

export interface SwiftServer {
  readonly port: number;
  /** Of version 1.0 of the authentication. */
  readonly authUrl: string;
  readonly user: string;
  readonly key: string;
  readonly container: string;
}

/** Where a token leads to. */
export interface SwiftAccess {
  readonly token: string;
  /** `/v1/AUTH_…` */
  readonly path: string;
}

/** An answer other than the one that was wanted. */
export class SwiftStatusError extends Error {
  override readonly name = 'SwiftStatusError';
}

export async function authenticate({ authUrl, user, key }: SwiftServer): Promise<SwiftAccess> {
  const answer = await fetch(authUrl, { headers: { 'x-auth-user': user, 'x-auth-key': key } });
  await answer.arrayBuffer();
  const token = answer.headers.get('x-auth-token');
  const url = answer.headers.get('x-storage-url');
  if (!answer.ok || token === null || url === null) throw new SwiftStatusError(`${authUrl}: ${answer.status}`);
  return { token, path: new URL(url).pathname };
}

/** One kept connection to a Swift server with one container, one request at a time. Each call throws on another status than its own. */
export class SwiftClient {
  readonly #port: number;
  readonly #token: string;
  readonly #container: string;
  #http: HttpConnection;

  static async connect(server: SwiftServer, access: SwiftAccess): Promise<SwiftClient> {
    return new SwiftClient(await HttpConnection.connect(server.port), server, access);
  }

  private constructor(http: HttpConnection, { port, container }: SwiftServer, { token, path }: SwiftAccess) {
    this.#http = http;
    this.#port = port;
    this.#token = token;
    this.#container = `${path}/${container}`;
  }

  /** Makes the container; no error when it is there. */
  async createContainer(): Promise<void> {
    await this.#request('PUT', this.#container, [201, 202], Buffer.alloc(0));
  }

  async put(name: string, content: Buffer): Promise<void> {
    await this.#request('PUT', `${this.#container}/${name}`, [201], content);
  }

  async get(name: string): Promise<Buffer> {
    return await this.#request('GET', `${this.#container}/${name}`, [200]);
  }

  async head(name: string): Promise<void> {
    await this.#request('HEAD', `${this.#container}/${name}`, [200]);
  }

  async delete(name: string): Promise<void> {
    await this.#request('DELETE', `${this.#container}/${name}`, [204]);
  }

  /** One page of a listing (at most 1,000 names) as JSON. */
  async list(prefix: string): Promise<unknown[]> {
    const page = await this.#request('GET', `${this.#container}?format=json&limit=1000&prefix=${prefix}`, [200]);
    return JSON.parse(page.toString('utf8')) as unknown[];
  }

  close(): void {
    this.#http.close();
  }

  async #request(method: string, target: string, wanted: readonly number[], content?: Buffer): Promise<Buffer> {
    const length = content === undefined ? '' : `content-length: ${content.length}\r\n`;
    const head = `${method} ${target} HTTP/1.1\r\nhost: 127.0.0.1:${this.#port}\r\nx-auth-token: ${this.#token}\r\n${length}`;
    if (this.#http.closed) this.#http = await HttpConnection.connect(this.#port);
    const { status, body } = await this.#http.request(method, head, content);
    if (wanted.includes(status)) return body;
    throw new SwiftStatusError(`${method} ${target}: ${status} ${body.subarray(0, 300).toString('utf8')}`);
  }
}
