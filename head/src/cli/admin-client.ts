import { request } from 'node:http';
import { exitCode } from './exit-code.ts';
import { HeadError } from '../head-error.ts';
import { socketPath } from '../state/socket-path.ts';
import { messageOf, systemCode } from '../system-error.ts';

/** The admin API said no. */
export class ProblemError extends HeadError {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, detail: string) {
    super(detail, status === 404 ? exitCode.notFound : exitCode.failed);
    this.status = status;
    this.code = code;
  }
}

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** How long an answer may take. */
const timeoutMilliseconds = 60_000;
/** Bytes of an answer. */
const maxAnswer = 64 * 1024 * 1024;

function problem(status: number, body: unknown): ProblemError {
  const fields: Record<string, unknown> = typeof body === 'object' && body !== null ? { ...body } : {};
  const code = typeof fields.code === 'string' ? fields.code : 'unknown';
  const detail = typeof fields.detail === 'string' ? fields.detail : `the head answered ${status}`;
  return new ProblemError(status, code, detail);
}

/** Asks the admin API of the head that listens on a Unix socket. */
export class AdminClient {
  readonly #socket: string;

  constructor(socket: string) {
    this.#socket = socket;
  }

  /** The parsed answer; `undefined` when it has no body. Rejected with `ProblemError`, or `HeadError` when no head is there. */
  async ask<T>(method: Method, path: string, body?: object): Promise<T> {
    const { status, text } = await this.#exchange(method, path, body === undefined ? undefined : JSON.stringify(body));
    let parsed: unknown;
    try {
      parsed = text === '' ? undefined : JSON.parse(text);
    } catch (error) {
      throw new HeadError(`the head's answer is no JSON: ${messageOf(error)}`, exitCode.failed);
    }
    if (status >= 400) throw problem(status, parsed);
    return parsed as T;
  }

  #exchange(method: Method, path: string, body: string | undefined): Promise<{ status: number; text: string }> {
    return new Promise((resolve, reject) => {
      let address: ReturnType<typeof socketPath>;
      try {
        address = socketPath(this.#socket);
      } catch (error) {
        reject(this.#unreachable(error));
        return;
      }
      const headers =
        body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
      const outgoing = request(
        { socketPath: address.path, method, path, headers, timeout: timeoutMilliseconds },
        (answer) => {
          const chunks: Buffer[] = [];
          let size = 0;
          answer.on('data', (chunk: Buffer) => {
            size += chunk.length;
            if (size > maxAnswer) answer.destroy(new Error('the answer is too large'));
            else chunks.push(chunk);
          });
          answer.on('error', reject);
          answer.on('end', () =>
            resolve({ status: answer.statusCode ?? 500, text: Buffer.concat(chunks).toString('utf8') }),
          );
        },
      );
      outgoing.on('close', () => address.release());
      outgoing.on('timeout', () => outgoing.destroy(new Error('no answer within a minute')));
      outgoing.on('error', (error) => reject(this.#unreachable(error)));
      outgoing.end(body);
    });
  }

  #unreachable(error: unknown): HeadError {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ECONNREFUSED') {
      return new HeadError(
        `no head is running: nobody listens at ${this.#socket} (start one with \`polynas serve\`, or name its data directory with --data)`,
        exitCode.notRunning,
        { cause: error },
      );
    }
    if (code === 'EACCES' || code === 'EPERM') {
      return new HeadError(
        `${this.#socket} belongs to another user: run this as the user of the head`,
        exitCode.failed,
      );
    }
    return new HeadError(`the head at ${this.#socket} cannot be asked: ${messageOf(error)}`, exitCode.failed, {
      cause: error,
    });
  }
}
