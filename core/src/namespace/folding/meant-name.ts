import type { Caller } from '../../service/index.ts';
import type { FileId, Name } from '../../spi/index.ts';
import { lookup } from '../look.ts';
import type { MountedShare } from '../mounts.ts';
import type { FoldedNames } from './folded-names.ts';

/** The name that the caller means: this very one where it is there, else the one that folds alike, else this one, which may be made. */
export async function meantName(
  { folded }: { readonly folded: FoldedNames },
  mount: MountedShare,
  caller: Caller,
  directory: FileId,
  name: Name,
): Promise<Name> {
  if (caller.foldNames !== true) return name;
  if ((await lookup(mount.volume, caller, directory, name)) !== undefined) return name;
  return (await folded.find(mount, caller, directory, name)) ?? name;
}

/** For what makes a name: nobody else who folds names makes one that folds alike meanwhile. */
export async function withMeantName<T>(
  parts: { readonly folded: FoldedNames },
  mount: MountedShare,
  caller: Caller,
  directory: FileId,
  name: Name,
  work: (name: Name) => Promise<T>,
): Promise<T> {
  if (caller.foldNames !== true) return work(name);
  return parts.folded.alone(mount, caller, directory, name, async () =>
    work(await meantName(parts, mount, caller, directory, name)),
  );
}
