import { enter, maxRetries } from '../../namespace/files/parts.ts';
import type { MountedShare } from '../../namespace/mounts.ts';
import type { Caller, ObjectConditions, ObjectInfo, ObjectReader, ObjectWants, ShareId } from '../../service/index.ts';
import type { Attributes, FileHandle } from '../../spi/index.ts';
import { StorageError, isStorageError } from '../../spi/index.ts';
import { spanOf } from '../../state/ranges.ts';
import { settledAttributes } from '../content/settled-attributes.ts';
import type { ObjectParts } from '../parts.ts';
import { isSameContent } from '../record/stamps.ts';
import { findReadable } from './head.ts';

/** Bytes that one read gives at most. */
const maxRead = 1_048_576;
/** Contents up to this size are read at once: nothing stays open then, and no content can change under them. */
const smallContent = 65_536;

export async function get(
  parts: ObjectParts,
  caller: Caller,
  share: ShareId,
  key: string,
  conditions?: ObjectConditions,
  wants?: ObjectWants,
): Promise<ObjectReader> {
  for (let attempt = 0; attempt < maxRetries; attempt += 1) {
    const { mount, info, known } = await findReadable(parts, caller, share, key, conditions, wants);
    if (known === undefined || info.size === 0) return new BytesReader(info, new Uint8Array());
    try {
      if (info.size <= smallContent) {
        const bytes = await readSmall(parts, mount, caller, known.file);
        if (bytes !== undefined) return new BytesReader(info, bytes);
      } else {
        const handle = await mount.volume.open(caller, known.file.id, 'read');
        return new FileReader(parts, mount, caller, info, known.file, handle);
      }
    } catch (error) {
      // Removed since it was found.
      if (!isStorageError(error, 'stale')) throw error;
    }
  }
  // It is there, and was another one each time.
  throw new StorageError('tryLater', 'the object keeps changing');
}

/** `undefined` when the content is another one by now. */
async function readSmall(
  parts: ObjectParts,
  mount: MountedShare,
  caller: Caller,
  file: Attributes,
): Promise<Uint8Array | undefined> {
  const { volume } = mount;
  const { id, size } = file;
  const guard = await enter(parts, caller, {
    volume: mount.volumeName,
    file: id,
    access: 'read',
    door: caller.door,
    range: spanOf(0, size)!,
  });
  let bytes: Uint8Array;
  try {
    ({ bytes } =
      parts.handles.readNow(volume, id, 0, size) ??
      (await parts.handles.use(volume, id, 'read', async (handle) => {
        // No handle was at hand; the bytes may be.
        return handle.readNow(0, size) ?? (await handle.read(caller, 0, size));
      })));
  } finally {
    guard.exit();
  }
  const after = await settledAttributes(parts, mount, caller, id);
  return isSameContent(file, after) && bytes.length === size ? bytes : undefined;
}

class BytesReader implements ObjectReader {
  readonly info: ObjectInfo;
  readonly #bytes: Uint8Array;

  constructor(info: ObjectInfo, bytes: Uint8Array) {
    this.info = info;
    this.#bytes = bytes;
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    checkExtent(offset, length);
    return this.#bytes.subarray(offset, offset + length);
  }

  async close(): Promise<void> {}
}

class FileReader implements ObjectReader {
  readonly info: ObjectInfo;
  readonly #parts: ObjectParts;
  readonly #mount: MountedShare;
  readonly #caller: Caller;
  readonly #file: Attributes;
  readonly #handle: FileHandle;

  constructor(
    parts: ObjectParts,
    mount: MountedShare,
    caller: Caller,
    info: ObjectInfo,
    file: Attributes,
    handle: FileHandle,
  ) {
    this.info = info;
    this.#parts = parts;
    this.#mount = mount;
    this.#caller = caller;
    this.#file = file;
    this.#handle = handle;
  }

  async read(offset: number, length: number, into?: Uint8Array): Promise<Uint8Array> {
    checkExtent(offset, length);
    const wanted = Math.max(0, Math.min(length, maxRead, this.info.size - offset));
    const range = spanOf(offset, wanted);
    if (range === undefined) return new Uint8Array();
    const { id } = this.#file;
    const guard = await enter(this.#parts, this.#caller, {
      volume: this.#mount.volumeName,
      file: id,
      access: 'read',
      door: this.#caller.door,
      range,
    });
    let bytes: Uint8Array;
    try {
      ({ bytes } =
        this.#handle.readNow(offset, wanted) ?? (await this.#handle.read(this.#caller, offset, wanted, into)));
    } finally {
      guard.exit();
    }
    const after = await settledAttributes(this.#parts, this.#mount, this.#caller, id);
    if (!isSameContent(this.#file, after)) {
      throw new StorageError('conditionFailed', 'the content has changed while it was read');
    }
    return bytes;
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

function checkExtent(offset: number, length: number): void {
  if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length) || offset < 0 || length < 0) {
    throw new StorageError('invalid', 'a range of bytes');
  }
}
