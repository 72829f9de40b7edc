import type { ServerResponse } from 'node:http';
import type { Clock } from '@polynas/core/wire';
import type { Reply, StreamedBody } from './reply.ts';
import type { ByteBudget } from './byte-budget.ts';
import type { Turns } from './turns.ts';
import { encodeHeaderValue } from './headers.ts';

export interface Patience {
  readonly clock: Clock;
  /** Milliseconds without progress of a client that does not read, after which it is cut off. */
  readonly stall: number;
  /** Shared by all connections. */
  readonly budget: ByteBudget;
  readonly turns: Turns;
}

/**
 * What a connection may always hold of an answer that its client does not read, in bytes. Small, because all connections
 * together hold as often as much.
 */
const smallSlice = 16 * 1024;

/**
 * What it holds where the common budget allows: one read of the store and one write to the socket for many bytes. Less
 * where many want to write, so that each gets its first bytes soon.
 */
const largeSlice = 256 * 1024;
const sharedSlice = 64 * 1024;
const crowd = 32;

/** An answer of this size does not wait for its turn: it is soon over. */
const promptBytes = 64 * 1024;

/**
 * Sends a reply. Header and a small body leave in one write; a streamed body is pulled only as fast as the client
 * drains it. Rejects when the source does, or the head cannot be written; where `response.headersSent` is not set then,
 * nothing was sent, and another reply may be.
 *
 * @returns false when the connection had to be cut
 */
export async function sendReply(response: ServerResponse, reply: Reply, patience: Patience): Promise<boolean> {
  try {
    return await send(response, reply, patience);
  } finally {
    if (isStreamed(reply.body)) await reply.body.source.close();
  }
}

export function isStreamed(body: Reply['body']): body is StreamedBody {
  return typeof body === 'object' && !(body instanceof Uint8Array);
}

async function send(response: ServerResponse, reply: Reply, patience: Patience): Promise<boolean> {
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
    headers['content-type'] ??= 'application/octet-stream';
    const length = typeof body === 'string' ? Buffer.byteLength(body) : body.length;
    response.writeHead(status, { ...headers, 'content-length': length });
    if (isHead(response)) response.end();
    else response.end(body);
    return ended(response, patience);
  }
  const begin = (): unknown => response.writeHead(status, { ...headers, 'content-length': body.length });
  if (isHead(response) || body.length === 0) {
    begin();
    response.end();
    return ended(response, patience);
  }
  // A length was promised: when it is not kept, only a cut connection tells the client so.
  if ((await pump(response, body, patience, begin)) && (await ended(response, patience))) return true;
  response.destroy();
  return false;
}

/** Node suppresses the body of an answer to HEAD by itself but not the pulling of it. */
function isHead(response: ServerResponse): boolean {
  return response.req.method === 'HEAD';
}

/** `begin` writes the head, once there is something to send behind it: what fails before can still be answered otherwise. */
async function pump(
  response: ServerResponse,
  { source, length }: StreamedBody,
  patience: Patience,
  begin: () => unknown,
): Promise<boolean> {
  const { budget, turns } = patience;
  let left = length;
  while (left > 0) {
    const wanted = Math.min(left, turns.waiting < crowd ? largeSlice : sharedSlice);
    const turn = length > promptBytes ? turns.next(wanted, left === length) : undefined;
    if (turn !== undefined) await turn;
    const taken = wanted > smallSlice && budget.take(wanted) ? wanted : 0;
    try {
      if (response.destroyed) return false;
      const bytes = await source.read(Math.min(wanted, Math.max(taken, smallSlice)));
      if (bytes.length === 0 || bytes.length > left) return false;
      if (left === length) begin();
      left -= bytes.length;
      if (!(await write(response, bytes, left === 0, patience))) return false;
    } finally {
      budget.give(taken);
    }
  }
  return true;
}

/** Settles when the bytes are the kernel's, and nothing of them is held here any more. */
function write(response: ServerResponse, bytes: Uint8Array, last: boolean, patience: Patience): Promise<boolean> {
  if (response.destroyed) return Promise.resolve(false);
  return new Promise((resolve) => {
    const settle = (outcome: boolean): void => {
      timer.cancel();
      response.off('close', cut);
      resolve(outcome);
    };
    const cut = (): void => settle(false);
    const timer = patience.clock.after(patience.stall, cut);
    response.on('close', cut);
    if (last) response.end(bytes, () => settle(true));
    else response.write(bytes, (error) => settle(error === null || error === undefined));
  });
}

/** Waits until what was handed to the socket is gone, so that the next request of the connection starts clean. */
async function ended(response: ServerResponse, { clock, stall }: Patience): Promise<boolean> {
  if (response.writableFinished) return true;
  if (response.destroyed) return false;
  const finished = await new Promise<boolean>((resolve) => {
    const settle = (outcome: boolean) => (): void => {
      timer.cancel();
      response.off('finish', good).off('close', bad);
      resolve(outcome);
    };
    const good = settle(true);
    const bad = settle(false);
    const timer = clock.after(stall, bad);
    response.on('finish', good).on('close', bad);
  });
  if (!finished) response.destroy();
  return finished;
}
