import { StorageError } from '@polynas/core/spi';
import type { Call, FileId, QuotaGroup, QuotaLimit } from '@polynas/core/spi';
import type { VolumeContext } from '../context.ts';
import { changeXattrs } from '../xattrs/change-xattrs.ts';
import { withInode } from '../xattrs/inode-step.ts';

const maxBytes = 'ceph.quota.max_bytes';
const maxFiles = 'ceph.quota.max_files';
const usedBytes = 'ceph.dir.rbytes';
/** Files and directories below, itself included: what `max_files` is held against. */
const usedFiles = 'ceph.dir.rentries';
const all = [maxBytes, maxFiles, usedBytes, usedFiles];

/** CephFS's own quotas (docs.ceph.com, Quotas): every client of the file system keeps them, some seconds late; what is used is counted below each directory, seconds late as well. */
export class Quota implements QuotaGroup {
  readonly #context: VolumeContext;

  constructor(context: VolumeContext) {
    this.#context = context;
  }

  get(call: Call, directory: FileId): ReturnType<QuotaGroup['get']> {
    const { life } = this.#context;
    return life.runWhileWanted(call, async () => {
      await this.#expectDirectory(call, directory);
      const read = await withInode(this.#context, call, directory, ({ mount, pointer }) =>
        Promise.all(all.map((name) => mount.within(call).getxattr(pointer, name))),
      );
      const [bytes = 0, files = 0, used = 0, entries = 0] = read.map(numberOf);
      return { limit: { maxBytes: bytes, maxFiles: files }, usedBytes: used, usedFiles: Math.max(0, entries - 1) };
    });
  }

  set(call: Call, directory: FileId, limit: QuotaLimit): Promise<void> {
    const { life } = this.#context;
    return life.runWhileWanted(call, async () => {
      for (const value of [limit.maxBytes, limit.maxFiles]) {
        if (!Number.isSafeInteger(value) || value < 0) throw new StorageError('invalid', `a quota of ${value}`);
      }
      await this.#expectDirectory(call, directory);
      // Both at once: nobody sees one of them with the other's former value.
      const value = Buffer.from(`max_bytes=${limit.maxBytes} max_files=${limit.maxFiles}`);
      await changeXattrs(this.#context, call, directory, {
        apply: ({ mount, pointer }) => mount.within(call).setxattr(pointer, 'ceph.quota', value, 'either'),
      });
    });
  }

  async #expectDirectory(call: Call, id: FileId): Promise<void> {
    const { attributes } = await this.#context.attributes.get(call, id);
    if (attributes.type !== 'directory') throw new StorageError('notDirectory');
  }
}

/** Decimal digits; absent where there is no limit. */
function numberOf(value: Uint8Array | undefined): number {
  return value === undefined ? 0 : Number(Buffer.from(value).toString('latin1'));
}
