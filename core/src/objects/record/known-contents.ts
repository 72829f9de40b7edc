import type { KeyedMutex } from '../../namespace/keyed-mutex.ts';
import type { KnownContents, MountedShare, Told } from '../../namespace/mounts.ts';
import type { StateTable } from '../../state/table.ts';
import type { Attributes, Call, FileId, StorageErrorCode, Volume } from '../../spi/index.ts';
import { isStorageError } from '../../spi/index.ts';
import type { ObjectRecord } from './record-codec.ts';
import { isUntouched, isValid, loadRecord, storeRecord } from './store-record.ts';

/** Why what is known cannot be kept now: it is found out again. */
const passing: readonly StorageErrorCode[] = ['readOnly', 'noSpace', 'quotaExceeded', 'stale', 'tooLarge'];

/**
 * On volumes without content stamps the change counter stands for the content, and moves with chmod, rename and the like. What core changes itself is no change
 * of the content: records are stamped anew (docs/decisions/object-hashing.md). What others change is hashed again, and found to be the same.
 */
export class RestampedContents implements KnownContents {
  readonly mutex: KeyedMutex;
  readonly #table: StateTable;

  constructor(mutex: KeyedMutex, table: StateTable) {
    this.mutex = mutex;
    this.#table = table;
  }

  async keep<T>(mount: MountedShare, call: Call, file: FileId, told: Told<T>, work: () => Promise<T>): Promise<T> {
    const { volume, volumeName } = mount;
    // Bytes that are being written are another content in any case.
    if (volume.traits.contentStamp || this.#table.writesSettled(volumeName, file) !== undefined) return work();
    return this.mutex.run(call, recordLock(volumeName, file), async () => {
      const hold = this.#table.holdWrites(volumeName, file);
      try {
        const known = await validRecord(volume, call, file);
        const result = await work();
        const after = told.of(result);
        if (known === undefined || after === undefined) return result;
        if (!isSame(volume, known.file, after, told.setsTimes ?? false)) return result;
        return await restamp(volume, after, known.record, result, told);
      } finally {
        hold.exit();
      }
    });
  }
}

async function validRecord(
  volume: Volume,
  call: Call,
  id: FileId,
): Promise<{ readonly file: Attributes; readonly record: ObjectRecord } | undefined> {
  try {
    const file = await volume.getattr(call, id);
    const record = await loadRecord(volume, call, file);
    return isValid(record, file) ? { file, record } : undefined;
  } catch (error) {
    // What the operation finds then is its own to tell.
    if (isStorageError(error, 'stale')) return undefined;
    throw error;
  }
}

async function restamp<T>(
  volume: Volume,
  after: Attributes,
  record: ObjectRecord,
  result: T,
  told: Told<T>,
): Promise<T> {
  try {
    return told.with(result, await storeRecord(volume, {}, after, record));
  } catch (error) {
    if (passing.some((code) => isStorageError(error, code))) return result;
    throw error;
  }
}

/** Our own writes wait meanwhile. Those of others show by the counter, which one change moves by one, and by time or size. */
function isSame({ traits }: Volume, before: Attributes, after: Attributes, setsTimes: boolean): boolean {
  if (!setsTimes && !isUntouched(before, after)) return false;
  return traits.writers === 'head' || (before.size === after.size && after.change - before.change === 1n);
}

/** Who writes a file's record, or its content together with one, holds this. Taken after segment locks and guards, before `holdWrites`; its holder waits for nobody's state. */
export function recordLock(volumeName: string, id: bigint): string {
  return `record:${volumeName}:${id}`;
}
