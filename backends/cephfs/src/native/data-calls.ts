import type { Call } from '@polynas/core/spi';
import { Gather } from './batch/gather.ts';
import type { Client } from './client.ts';
import type { FhPointer } from './mount-api.ts';

/** One `writev` at most: IOV_MAX pieces, and few enough bytes that libcephfs, which copies them, keeps its memory bounded. */
const maxPieces = 1024;
const maxBytes = 16 * 1024 * 1024;
const iovecBytes = 16;

export async function read(
  client: Client,
  fh: FhPointer,
  offset: number,
  into: Uint8Array,
  within?: Call,
): Promise<number> {
  if (into.length === 0) return 0;
  return await client.call('data', 'ceph_ll_read', [fh, offset, into.length, into], within);
}

/** In pieces; a piece that libcephfs takes in part only is continued. */
export async function write(
  client: Client,
  fh: FhPointer,
  offset: number,
  chunks: readonly Uint8Array[],
  within?: Call,
): Promise<void> {
  let rest = chunks.filter(({ length }) => length > 0);
  let at = offset;
  // Only the first piece may be refused for want of a place: what has begun is finished.
  let wait = within;
  while (rest.length > 0) {
    const written = await writePiece(client, fh, at, rest, wait);
    rest = without(rest, written);
    at += written;
    wait = undefined;
  }
}

async function writePiece(
  client: Client,
  fh: FhPointer,
  offset: number,
  chunks: readonly Uint8Array[],
  within: Call | undefined,
): Promise<number> {
  const [first] = chunks;
  if (first === undefined) return 0;
  if (chunks.length === 1 || first.length >= maxBytes)
    return await client.call('data', 'ceph_ll_write', [fh, offset, Math.min(first.length, maxBytes), first], within);
  const piece = upTo(chunks);
  const vector = Buffer.allocUnsafe(piece.length * iovecBytes);
  for (const [index, chunk] of piece.entries()) {
    vector.writeBigUInt64LE(client.library.address(chunk), index * iovecBytes);
    vector.writeBigUInt64LE(BigInt(chunk.length), index * iovecBytes + 8);
  }
  // The chunks go along only to be kept while libcephfs reads from their addresses.
  return await client.call('data', 'ceph_ll_writev', [fh, vector, piece.length, offset], within, piece);
}

function upTo(chunks: readonly Uint8Array[]): readonly Uint8Array[] {
  let bytes = 0;
  let count = 0;
  for (const { length } of chunks) {
    if (count === maxPieces || (count > 0 && bytes + length > maxBytes)) break;
    bytes += length;
    count += 1;
  }
  return count === chunks.length ? chunks : chunks.slice(0, count);
}

function without(chunks: readonly Uint8Array[], written: number): Uint8Array[] {
  let left = written;
  let index = 0;
  for (; index < chunks.length; index += 1) {
    const length = chunks[index]?.length ?? 0;
    if (left < length) break;
    left -= length;
  }
  const rest = chunks.slice(index);
  const [first] = rest;
  if (first !== undefined && left > 0) rest[0] = first.subarray(left);
  return rest;
}

const closing = new WeakMap<Client, Gather<true>>();

/** Many at the same time go together to a batch thread. */
export async function close(client: Client, fh: FhPointer): Promise<void> {
  let gather = closing.get(client);
  if (gather === undefined) {
    gather = new Gather((fhs) => closeAll(client, fhs));
    closing.set(client, gather);
  }
  await gather.one(fh);
}

async function closeAll(client: Client, fhs: BigUint64Array): Promise<true[]> {
  if (fhs.length === 1) await client.call('data', 'ceph_ll_close', [fhs[0]]);
  else await client.batch({ ask: 'close', fhs });
  return Array.from(fhs, () => true);
}
