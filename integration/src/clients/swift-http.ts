import { authenticate } from '../bench/swift/swift-client.ts';
import type { Head } from '../head/head.ts';

export interface SwiftAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Buffer;
  readonly text: string;
}

/** Plain HTTP with a token, at one container: for statuses and header fields that no client program tells. */
export class SwiftHttp {
  readonly #url: string;
  readonly #token: string;

  private constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  static async as(head: Head, user: string, container = 'files'): Promise<SwiftHttp> {
    const { token, path } = await authenticate({ port: head.swiftPort, ...head.swiftTarget(user, container) });
    return new SwiftHttp(`http://${head.address}:${head.swiftPort}${path}/${container}`, token);
  }

  /** @param path of an object, as it stands in a URL; one that begins with `?` is about the container */
  async request(
    method: string,
    path: string,
    headers: Readonly<Record<string, string>> = {},
    body?: string | Uint8Array<ArrayBuffer> | ReadableStream,
  ): Promise<SwiftAnswer> {
    const answer = await fetch(this.#url + (path.startsWith('?') ? path : `/${path}`), {
      method,
      headers: { 'x-auth-token': this.#token, ...headers },
      ...(body !== undefined && { body, duplex: 'half' as const }),
    });
    const bytes = Buffer.from(await answer.arrayBuffer());
    return { status: answer.status, headers: answer.headers, bytes, text: bytes.toString() };
  }
}
