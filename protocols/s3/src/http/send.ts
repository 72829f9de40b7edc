import type { ServerResponse } from 'node:http';
import type { Clock } from '../clock.ts';
import type { S3Reply, StreamedBody } from '../operation.ts';
import { encodeHeaderValue } from './headers.ts';

export interface Patience {
  readonly clock: Clock;
  /** Milliseconds without progress of a client that does not read, after which it is cut off. */
  readonly stall: number;
}

/** Larger pieces would let one slow reader hold much memory in its socket. */
const sliceBytes = 256 * 1024;

/**
 * Sends a reply. Header and a small body leave in one write; a streamed body is pulled only as fast as the client
 * drains it.
 *
 * @returns false when the connection had to be cut
 */
export async function sendReply(response: ServerResponse, reply: S3Reply, patience: Patience): Promise<boolean> {
  try {
    return await send(response, reply, patience);
  } finally {
    if (isStreamed(reply.body)) await reply.body.source.close();
  }
}

function isStreamed(body: S3Reply['body']): body is StreamedBody {
  return typeof body === 'object' && !(body instanceof Uint8Array);
}

async function send(response: ServerResponse, reply: S3Reply, patience: Patience): Promise<boolean> {
  const headers: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(reply.headers ?? {}))
    headers[name.toLowerCase()] = encodeHeaderValue(value);
  const { status, body } = reply;
  const bodiless = status === 204 || status === 304;

  if (body === undefined || bodiless) {
    if (!bodiless && !isHead(response)) headers['content-length'] = 0;
    response.writeHead(status, headers).end();
    return ended(response, patience);
  }
  if (!isStreamed(body)) {
    headers['content-type'] ??= typeof body === 'string' ? 'application/xml' : 'application/octet-stream';
    const length = typeof body === 'string' ? Buffer.byteLength(body) : body.length;
    response.writeHead(status, { ...headers, 'content-length': length });
    if (isHead(response)) response.end();
    else response.end(body);
    return ended(response, patience);
  }
  response.writeHead(status, { ...headers, 'content-length': body.length });
  if (isHead(response)) {
    response.end();
    return ended(response, patience);
  }
  // A length was promised: when it is not kept, only a cut connection tells the client so.
  if ((await pump(response, body, patience)) && (await ended(response, patience))) return true;
  response.destroy();
  return false;
}

/** Node suppresses the body of an answer to HEAD by itself but not the pulling of it. */
function isHead(response: ServerResponse): boolean {
  return response.req.method === 'HEAD';
}

async function pump(response: ServerResponse, { source, length }: StreamedBody, patience: Patience): Promise<boolean> {
  let left = length;
  while (left > 0) {
    if (response.destroyed) return false;
    const bytes = await source.read(Math.min(sliceBytes, left));
    if (bytes.length === 0 || bytes.length > left) return false;
    left -= bytes.length;
    if (left === 0) response.end(bytes);
    else if (!response.write(bytes) && !(await progress(response, 'drain', patience))) return false;
  }
  return true;
}

/** Waits until what was handed to the socket is gone, so that the next request of the connection starts clean. */
async function ended(response: ServerResponse, patience: Patience): Promise<boolean> {
  if (response.writableFinished) return true;
  if (await progress(response, 'finish', patience)) return true;
  response.destroy();
  return false;
}

function progress(response: ServerResponse, event: 'drain' | 'finish', patience: Patience): Promise<boolean> {
  if (response.destroyed) return Promise.resolve(false);
  return new Promise((resolve) => {
    const settle = (outcome: boolean) => (): void => {
      timer.cancel();
      response.off(event, good).off('close', bad).off('error', bad);
      resolve(outcome);
    };
    const good = settle(true);
    const bad = settle(false);
    const timer = patience.clock.after(patience.stall, bad);
    response.on(event, good).on('close', bad).on('error', bad);
  });
}
