import type { Call, DirectoryEntry, FileId } from '../../spi/index.ts';
import { StorageError, isStorageError } from '../../spi/index.ts';
import type { HandleCache, MountedShare } from '../mounts.ts';
import { systemDirectoryName } from '../mounts.ts';

const systemName = Buffer.from(systemDirectoryName);
/** Entries that are removed at the same time: enough to fill a backend's batches, few enough to leave room for clients. */
const width = 32;

/** Tells directories that only object PUTs had made: they are no content of a share. */
export type ImplicitTest = (mount: MountedShare, directory: FileId) => Promise<boolean>;

/** Whether a share holds nothing that anybody put there: implicit directories and core's own directory do not count. */
export async function isEmptyShare(call: Call, mount: MountedShare, isImplicit: ImplicitTest): Promise<boolean> {
  const pending: FileId[] = [mount.share.root];
  for (let directory = pending.pop(); directory !== undefined; directory = pending.pop()) {
    for await (const entry of entriesOf(call, mount, directory)) {
      if (isSystem(mount, directory, entry)) continue;
      if (entry.type !== 'directory' || !(await isImplicit(mount, entry.id))) return false;
      pending.push(entry.id);
    }
  }
  return true;
}

/** Removes what is below a directory, in steps of a few entries; starting again after an interruption goes on where it was. */
export async function removeBelow(
  call: Call,
  mount: MountedShare,
  handles: HandleCache,
  top: FileId,
  mayRemove: (directory: FileId, entry: DirectoryEntry) => Promise<boolean>,
): Promise<void> {
  const { volume } = mount;
  // The path down to where we are: as deep as the tree, never as wide.
  const path: { readonly directory: FileId; readonly entry: DirectoryEntry | undefined }[] = [
    { directory: top, entry: undefined },
  ];
  for (let here = path.at(-1); here !== undefined; here = path.at(-1)) {
    const page = await volume.readdir(call, here.directory, 0n, { limit: width, attributes: false });
    const { directory } = here;
    for (const entry of page.entries) {
      if (!(await mayRemove(directory, entry))) throw new StorageError('notEmpty');
    }
    const files = page.entries.filter((entry) => entry.type !== 'directory');
    await Promise.all(files.map((entry) => removeFile(call, mount, handles, directory, entry)));
    const below = page.entries.find((entry) => entry.type === 'directory');
    if (below !== undefined) {
      path.push({ directory: below.id, entry: below });
    } else if (page.end) {
      path.pop();
      const parent = path.at(-1);
      if (parent !== undefined && here.entry !== undefined) {
        await unlessGone(volume.rmdir(call, parent.directory, here.entry.name, { ifTarget: { id: here.entry.id } }));
      }
    }
  }
}

async function removeFile(
  call: Call,
  mount: MountedShare,
  handles: HandleCache,
  directory: FileId,
  entry: DirectoryEntry,
): Promise<void> {
  await unlessGone(mount.volume.unlink(call, directory, entry.name, { ifTarget: { id: entry.id } }));
  await handles.drop(mount.volume, entry.id);
}

/** Whoever was still at it may remove, rename or fill something under our hands: the next look finds what is there. */
async function unlessGone(removal: Promise<unknown>): Promise<void> {
  try {
    await removal;
  } catch (error) {
    const passing = ['notFound', 'conditionFailed', 'stale', 'notEmpty'] as const;
    if (!passing.some((code) => isStorageError(error, code))) throw error;
  }
}

export function isSystem(mount: MountedShare, directory: FileId, entry: DirectoryEntry): boolean {
  return directory === mount.share.root && systemName.equals(entry.name);
}

async function* entriesOf(call: Call, mount: MountedShare, directory: FileId): AsyncGenerator<DirectoryEntry> {
  let cookie = 0n;
  for (;;) {
    const page = await mount.volume.readdir(call, directory, cookie, { limit: 256, attributes: false });
    yield* page.entries;
    const last = page.entries.at(-1);
    if (page.end || last === undefined) return;
    cookie = last.cookie;
  }
}
