import { requireContent, requireRead } from '../../access/checks.ts';
import type { Caller, FileRef, Guard } from '../../service/index.ts';
import type { Attributes, ReadResult } from '../../spi/index.ts';
import { StorageError } from '../../spi/index.ts';
import { isConflict } from '../../state/guards.ts';
import type { FileParts } from './parts.ts';
import { attributesOf } from './parts.ts';

/** The most that one read gives. */
export const maxRead = 1_048_576;

export type ReadAnswer = ReadResult & { readonly attributes: Attributes };

export async function read(
  parts: FileParts,
  caller: Caller,
  file: FileRef,
  offset: number,
  asked: number,
  into?: Uint8Array,
): Promise<ReadAnswer> {
  const mount = parts.mounts.get(file.share);
  const { volume, volumeName } = mount;
  const attributes = volume.getattrNow?.(file.id) ?? (await volume.getattr(caller, file.id));
  requireContent(attributes);
  requireRead(caller, file.base === undefined ? attributes : await attributesOf(mount, caller, file.base));
  checkExtent(offset, asked);
  const length = Math.min(asked, maxRead);
  if (length === 0) return { bytes: new Uint8Array(0), eof: offset >= attributes.size, attributes };

  const range = { start: offset, end: offset + length - 1 };
  const request = { volume: volumeName, file: file.id, access: 'read' as const, door: caller.door, range };
  const entered = parts.table.enter(request);
  const guard: Guard = isConflict(entered) ? await parts.table.enterFor(caller, request) : entered;
  try {
    const now = parts.handles.readNow(volume, file.id, offset, length);
    const result =
      now ??
      (await parts.handles.use(volume, file.id, 'read', (handle) => {
        const first = handle.readNow(offset, length);
        return first === undefined ? handle.read(caller, offset, length, into) : Promise.resolve(first);
      }));
    // Those of before the read are good enough where later ones would cost another trip.
    const after = now === undefined ? volume.getattrNow?.(file.id) : undefined;
    return { bytes: result.bytes, eof: result.eof, attributes: after ?? attributes };
  } finally {
    guard.exit();
  }
}

/** Offsets and lengths are safe integers, and their sum is one as well. */
export function checkExtent(offset: number, length: number): void {
  if (offset < 0 || length < 0 || !Number.isSafeInteger(offset) || !Number.isSafeInteger(offset + length)) {
    throw new StorageError('invalid', 'offset or length out of range');
  }
}
