import type { Call, WriteResult } from '@polynas/core/spi';
import { getattr } from '../tree/getattr.ts';
import { change, unchanged } from './change.ts';
import type { FileParts } from './file-parts.ts';
import { assertReach, assertRange } from './ranges.ts';

const extend = 0;
const punchHole = 3;

/** CephFS sets no space aside: the file is extended at most. */
export async function allocateContent(
  parts: FileParts,
  call: Call,
  offset: number,
  length: number,
  extending: boolean,
): Promise<WriteResult> {
  assertRange(offset, length);
  assertReach(offset, length, parts.context.traits.maxFileSize);
  const attributes = await getattr(parts.context, call, parts.file.id);
  if (!extending || length === 0 || offset + length <= attributes.size) return unchanged(parts, call);
  return change(parts, call, {
    offset,
    length,
    stability: 'unstable',
    written: 0,
    tellsSize: false,
    apply: ({ mount, fh }) => mount.fallocate(fh, extend, offset, length),
  });
}

export async function punchContent(parts: FileParts, call: Call, offset: number, length: number): Promise<WriteResult> {
  assertRange(offset, length);
  const attributes = await getattr(parts.context, call, parts.file.id);
  const end = Math.min(offset + length, attributes.size);
  if (end <= offset) return unchanged(parts, call);
  return change(parts, call, {
    offset,
    length: end - offset,
    stability: 'unstable',
    written: 0,
    tellsSize: false,
    apply: ({ mount, fh }) => mount.fallocate(fh, punchHole, offset, end - offset),
  });
}
