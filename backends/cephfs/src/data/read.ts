import type { Call, ReadResult } from '@polynas/core/spi';
import { StorageError } from '@polynas/core/spi';
import type { VolumeContext } from '../context.ts';
import { getattr } from '../tree/getattr.ts';
import type { OpenFile, Using } from './open-file.ts';
import { assertRange } from './ranges.ts';

/** Larger reads go in pieces of this size, several at a time. */
const pieceBytes = 4 * 1_048_576;

export async function readContent(
  context: VolumeContext,
  file: OpenFile,
  call: Call,
  offset: number,
  length: number,
  into: Uint8Array | undefined,
): Promise<ReadResult> {
  assertRange(offset, length);
  if (into !== undefined && into.length < length) throw new StorageError('invalid', 'the buffer is too small');
  const known = context.attributes.now(file.id)?.attributes;
  const { changes } = file;
  const size = known?.size;
  const wanted = size === undefined ? length : Math.max(0, Math.min(length, size - offset));
  const buffer = into?.subarray(0, wanted) ?? new Uint8Array(Buffer.allocUnsafeSlow(wanted).buffer);
  const count = wanted === 0 ? 0 : await file.use(call, 'read', (using) => readPieces(using, offset, buffer));
  const bytes = count === buffer.length ? buffer : buffer.subarray(0, count);
  // Fewer bytes than there were a moment ago: the file was cut short meanwhile.
  if (count < wanted) return { bytes, eof: true };
  const now = await getattr(context, call, file.id);
  const eof = offset + count >= now.size;
  const isOfOneChange = file.changes === changes && file.changing === 0 && now.change === known?.change;
  if (isOfOneChange) context.contents?.add(file.id, now.change, offset, bytes, eof);
  return { bytes, eof };
}

/** From what was read lately. */
export function readContentNow(
  { attributes, contents }: VolumeContext,
  { id }: OpenFile,
  offset: number,
  length: number,
): ReadResult | undefined {
  assertRange(offset, length);
  const known = contents && attributes.now(id)?.attributes;
  if (contents === undefined || known === undefined) return undefined;
  const wanted = Math.max(0, Math.min(length, known.size - offset));
  const bytes = wanted === 0 ? new Uint8Array(0) : contents.get(id, known.change, offset, wanted);
  return bytes && { bytes, eof: offset + wanted >= known.size };
}

/** Bytes read: up to the first piece that the file's end made shorter. */
async function readPieces({ mount, fh }: Using, offset: number, into: Uint8Array): Promise<number> {
  if (into.length <= pieceBytes) return mount.read(fh, offset, into);
  const starts = Array.from({ length: Math.ceil(into.length / pieceBytes) }, (_, index) => index * pieceBytes);
  const outcomes = await Promise.allSettled(
    starts.map((start) => mount.read(fh, offset + start, into.subarray(start, start + pieceBytes))),
  );
  let count = 0;
  for (const [index, outcome] of outcomes.entries()) {
    // Only when none of them uses the buffer any more.
    if (outcome.status === 'rejected') throw outcome.reason;
    if (count === index * pieceBytes) count += outcome.value;
  }
  return count;
}
