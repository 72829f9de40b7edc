import { StorageError } from '@polynas/core/spi';
import type { Call, FileId, HeldLock, LocksGroup } from '@polynas/core/spi';
import type { VolumeContext } from '../context.ts';
import { livesOn } from '../data/open-file.ts';
import type { HeldInode } from '../mounts/mounts-api.ts';
import type { FhPointer, Mount, NativeLock } from '../native/mount-api.ts';
import { getattr } from '../tree/getattr.ts';
import { ofInode } from '../native/storage-error.ts';
import { HeldRanges } from './held-ranges.ts';

/** How often a call begins anew on a mount that came in place of an evicted one. */
const maxLives = 3;
/** The last byte that `struct flock` reaches; a lock up to it is one to the end of all files. */
const lastByte = 2n ** 63n - 1n;

/** The end of a range that has none. */
const endless = 2n ** 64n - 1n;

type Kind = NativeLock['kind'];

interface OpenLocked {
  readonly inode: HeldInode;
  readonly fh: FhPointer;
}

/** A file that locks are held on: one open file of libcephfs for all owners, which ends with the last lock (closing it would end them all). */
class LockedFile {
  readonly held = new HeldRanges();
  /** Calls under way and waiting. */
  users = 0;
  open: OpenLocked | undefined = undefined;
  /** One call at a time, so that what is held here is what the cluster holds. */
  turn: Promise<unknown> = Promise.resolve();
}

/**
 * Byte-range locks that all clients of the file system see. They end with the session of this client: those of an evicted one are
 * taken again with the next call on their file, which is rejected with `io` when somebody else was faster.
 */
export class Locks implements LocksGroup {
  readonly #context: VolumeContext;
  readonly #files = new Map<FileId, LockedFile>();

  constructor(context: VolumeContext) {
    this.#context = context;
  }

  lock(
    call: Call,
    id: FileId,
    owner: bigint,
    range: { readonly start: bigint; readonly end: bigint },
    kind: Kind,
  ): Promise<boolean> {
    // No client of CephFS can lock where it does not reach, so there is nobody to be kept out.
    return this.#inTurn(call, id, range, true, (file, start, end) =>
      this.#locked(call, id, file, owner, start, end, kind),
    );
  }

  test(
    call: Call,
    id: FileId,
    owner: bigint,
    range: { readonly start: bigint; readonly end: bigint },
    kind: 'shared' | 'exclusive',
  ): Promise<HeldLock | undefined> {
    return this.#inTurn(call, id, range, undefined, (file, start, end) =>
      this.#onLives(call, id, file, async ({ inode, fh }) => {
        const held = await inode.mount.within(call).getlk(fh, owner, nativeLock(start, end, kind));
        if (held === undefined) return undefined;
        const { start: first, length } = held;
        return { start: first, end: length === 0n ? endless : first + length - 1n, kind: held.kind };
      }),
    );
  }

  /** @param unreached the answer for a range that no client of CephFS can lock */
  async #inTurn<T>(
    call: Call,
    id: FileId,
    range: { readonly start: bigint; readonly end: bigint },
    unreached: T,
    step: (file: LockedFile, start: bigint, end: bigint) => Promise<T>,
  ): Promise<T> {
    return this.#context.life.run(call, async () => {
      const { start } = range;
      const end = range.end > lastByte ? lastByte : range.end;
      if (start < 0n || range.end < start) throw new StorageError('invalid', 'the range of a lock');
      if (start > lastByte) return unreached;
      const file = this.#enter(id);
      const turn = file.turn.then(() => step(file, start, end));
      file.turn = turn.catch(() => undefined);
      try {
        return await turn;
      } finally {
        this.#leave(id, file);
      }
    });
  }

  #enter(id: FileId): LockedFile {
    let file = this.#files.get(id);
    if (file === undefined) this.#files.set(id, (file = new LockedFile()));
    file.users += 1;
    return file;
  }

  #leave(id: FileId, file: LockedFile): void {
    file.users -= 1;
    if (file.users > 0 || !file.held.empty) return;
    this.#files.delete(id);
    this.#close(file);
  }

  async #locked(
    call: Call,
    id: FileId,
    file: LockedFile,
    owner: bigint,
    start: bigint,
    end: bigint,
    kind: Kind,
  ): Promise<boolean> {
    // What is not held is unlocked already.
    if (kind === 'unlock' && file.held.empty) return true;
    return await this.#onLives(call, id, file, async ({ inode, fh }) => {
      const granted = await inode.mount.within(call).setlk(fh, owner, nativeLock(start, end, kind));
      if (granted) file.held.set(owner, start, end, kind);
      return granted;
    });
  }

  async #onLives<T>(call: Call, id: FileId, file: LockedFile, step: (open: OpenLocked) => Promise<T>): Promise<T> {
    for (let life = 1; ; life += 1) {
      const open = await this.#open(call, id, file);
      const { inode } = open;
      try {
        return await step(open);
      } catch (error) {
        const failure = this.#context.mounts.failed(inode.mount, ofInode(error));
        if ((await livesOn(inode.mount, error)) || life === maxLives) throw failure;
      }
    }
  }

  async #open(call: Call, id: FileId, file: LockedFile): Promise<OpenLocked> {
    if (file.open?.inode.mount.alive === true) return file.open;
    this.#close(file);
    const { mounts } = this.#context;
    const { type } = await getattr(this.#context, call, id);
    if (type !== 'file') throw new StorageError(type === 'directory' ? 'isDirectory' : 'wrongType');
    await mounts.ready(call, id);
    const inode = await mounts.hold(id);
    try {
      const open = { inode, fh: await inode.mount.within(call).open(inode.pointer, 'read') };
      await takeAgain(inode.mount, open.fh, file.held);
      file.open = open;
      return open;
    } catch (error) {
      inode.release();
      throw mounts.failed(inode.mount, ofInode(error));
    }
  }

  #close(file: LockedFile): void {
    const { open } = file;
    file.open = undefined;
    if (open === undefined) return;
    const { mount } = open.inode;
    mount
      .close(open.fh)
      .catch((error: unknown) => void this.#context.mounts.failed(mount, error))
      .finally(() => open.inode.release());
  }
}

/** What an evicted client held. */
async function takeAgain(mount: Mount, fh: FhPointer, held: HeldRanges): Promise<void> {
  for (const { owner, start, end, kind } of [...held.all()]) {
    if (await mount.setlk(fh, owner, nativeLock(start, end, kind))) continue;
    await mount.close(fh);
    throw new StorageError('io', 'a lock went with an evicted client, and somebody else has it now');
  }
}

function nativeLock(start: bigint, end: bigint, kind: Kind): NativeLock {
  return { kind, start, length: end === lastByte ? 0n : end - start + 1n };
}
