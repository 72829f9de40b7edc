import { requireContent, requireRead, requireWrite } from '../../access/checks.ts';
import { modeAfterWrite } from '../../access/privileged-bits.ts';
import { rightsOf } from '../../access/permissions.ts';
import type { Caller, FileRef } from '../../service/index.ts';
import { access } from '../../service/index.ts';
import type { Attributes, FileId, Stability, Stamp, SyncResult, Volume, WriteResult } from '../../spi/index.ts';
import { StorageError, stampOf } from '../../spi/index.ts';
import { spanOf } from '../../state/ranges.ts';
import type { FileParts } from './parts.ts';
import { attributesOf, checkWritable, emit, enter } from './parts.ts';
import { checkExtent } from './read.ts';

export async function write(
  parts: FileParts,
  caller: Caller,
  file: FileRef,
  offset: number,
  chunks: readonly Uint8Array[],
  stability: Stability,
): Promise<WriteResult> {
  const mount = parts.mounts.get(file.share);
  const { volume, volumeName } = mount;
  checkWritable(caller, mount);
  const attributes = volume.getattrNow?.(file.id) ?? (await volume.getattr(caller, file.id));
  requireContent(attributes);
  requireWrite(caller, file.base === undefined ? attributes : await attributesOf(mount, caller, file.base));
  let length = 0;
  for (const chunk of chunks) length += chunk.length;
  checkWriteExtent(volume, offset, length);
  const range = spanOf(offset, length);
  if (range === undefined) return unchanged(volume, attributes);

  const entered = enter(parts, caller, {
    volume: volumeName,
    file: file.id,
    access: 'write',
    door: caller.door,
    range,
  });
  const guard = entered instanceof Promise ? await entered : entered;
  try {
    await clearPrivileges(volume, caller, attributes);
    const result = await parts.handles.use(volume, file.id, 'write', (handle) =>
      handle.write(caller, offset, chunks, stability),
    );
    emit(parts, caller, file.share, { kind: 'written', file: file.base ?? file.id, isDirectory: false });
    return result;
  } finally {
    guard.exit();
  }
}

/** Nothing written is nothing changed, and nothing that could be lost. */
function unchanged(volume: Volume, attributes: Attributes): WriteResult {
  return {
    written: 0,
    before: stampOf(attributes),
    after: attributes,
    committed: 'file',
    epoch: volume.epoch(),
  };
}

export async function clearPrivileges(volume: Volume, caller: Caller, file: Attributes): Promise<void> {
  const mode = modeAfterWrite(caller.principal, file);
  if (mode !== undefined) await volume.setattr(caller, file.id, { mode });
}

export async function clearPrivilegesOf(volume: Volume, caller: Caller, id: FileId): Promise<void> {
  const file = volume.getattrNow?.(id) ?? (await volume.getattr(caller, id));
  await clearPrivileges(volume, caller, file);
}

/** A write that would end past the limit is too large, also where its end is no safe integer any more. */
function checkWriteExtent(volume: Volume, offset: number, length: number): void {
  if (offset >= 0 && Number.isSafeInteger(offset) && offset + length > volume.traits.maxFileSize) {
    throw new StorageError('tooLarge');
  }
  checkExtent(offset, length);
}

export async function commit(
  parts: FileParts,
  caller: Caller,
  file: FileRef,
  _offset: number,
  _length: number,
): Promise<SyncResult & { readonly before: Stamp }> {
  const mount = parts.mounts.get(file.share);
  const attributes = await attributesOf(mount, caller, file.id);
  requireContent(attributes);
  // Whoever may read or write it may ask for it to be safe.
  const judged = file.base === undefined ? attributes : await attributesOf(mount, caller, file.base);
  if ((rightsOf(caller.principal, judged) & access.writeData) === 0) requireRead(caller, judged);
  const result = await parts.handles.use(mount.volume, file.id, 'read', (handle) => handle.sync(caller));
  return { epoch: result.epoch, after: result.after, before: stampOf(attributes) };
}
