import type { HandleCache, MountedShare } from '../../namespace/mounts.ts';
import type { Caller, ObjectInfo, ShareId } from '../../service/index.ts';
import { removeBelow } from '../../namespace/shares/tree.ts';
import type { FileId } from '../../spi/index.ts';
import { isStorageError } from '../../spi/index.ts';
import type { SystemDirectories } from '../../namespace/system-directory.ts';
import { entriesIn, isGone } from '../../namespace/system-directory.ts';
import { noMetadata } from '../record/etags.ts';
import { completedXattr } from '../record/xattr-names.ts';
import { lookup } from '../../namespace/look.ts';
import { decodeCompleted, encodeCompleted } from './upload-codec.ts';

/** Completions of one share that are remembered; a client that lost the answer asks again within seconds. */
const remembered = 1000;

/** What completed uploads were answered, so that a repeated completion is answered alike. It survives a restart. */
export class CompletedUploads {
  readonly #system: SystemDirectories;
  readonly #handles: HandleCache;
  readonly #queues = new Map<ShareId, Promise<string[]>>();

  constructor(system: SystemDirectories, handles: HandleCache) {
    this.#system = system;
    this.#handles = handles;
  }

  async find(mount: MountedShare, caller: Caller, key: string, id: string): Promise<ObjectInfo | undefined> {
    const directory = await this.#system.completed(mount, caller);
    const memory = await lookup(mount.volume, caller, directory, Buffer.from(id));
    const bytes = memory && (await mount.volume.getxattr(caller, memory.id, completedXattr));
    if (bytes === undefined) return undefined;
    const record = decodeCompleted(bytes);
    return record.key === key ? { ...record, metadata: noMetadata, directory: false } : undefined;
  }

  /** The upload's directory becomes the memory of it, in one step; then its parts are let go. */
  async remember(mount: MountedShare, uploads: FileId, upload: FileId, id: string, info: ObjectInfo): Promise<void> {
    const { volume } = mount;
    const name = Buffer.from(id);
    const queue = await this.#queue(mount);
    const completed = await this.#system.completed(mount, {});
    await volume.setxattr({}, upload, completedXattr, encodeCompleted(info), 'either');
    await volume.rename({}, uploads, name, completed, name, { ifSource: upload, noReplace: true });
    queue.push(id);
    await removeBelow({}, mount, this.#handles, upload, () => Promise.resolve(true));
    while (queue.length > remembered) await this.#forget(mount, completed, queue.shift()!);
  }

  async #forget(mount: MountedShare, completed: FileId, id: string): Promise<void> {
    const name = Buffer.from(id);
    const found = await lookup(mount.volume, {}, completed, name);
    if (found === undefined) return;
    await removeBelow({}, mount, this.#handles, found.id, () => Promise.resolve(true));
    try {
      await mount.volume.rmdir({}, completed, name, { ifTarget: { id: found.id } });
    } catch (error) {
      if (!isGone(error) && !isStorageError(error, 'notEmpty')) throw error;
    }
  }

  /** Ids from the oldest on: they sort by the time of their uploads. */
  async #queue(mount: MountedShare): Promise<string[]> {
    let queue = this.#queues.get(mount.share.id);
    if (queue === undefined) {
      queue = this.#load(mount);
      this.#queues.set(mount.share.id, queue);
      queue.catch(() => this.#queues.delete(mount.share.id));
    }
    return queue;
  }

  async #load(mount: MountedShare): Promise<string[]> {
    const directory = await this.#system.completed(mount, {});
    const ids: string[] = [];
    for await (const entry of entriesIn(mount, directory)) ids.push(Buffer.from(entry.name).toString());
    return ids.sort();
  }
}
