import type { KeyPath } from '../../namespace/keys.ts';
import type { MountedShare } from '../../namespace/mounts.ts';
import type { Caller } from '../../service/index.ts';
import type { Attributes } from '../../spi/index.ts';
import type { ObjectParts } from '../parts.ts';
import type { Found, Missing } from './find.ts';
import { findDirectory, findFile, isFound } from './find.ts';
import { attributesNow } from '../../namespace/look.ts';

/** A directory on the way to a key. The share's top has neither parent nor name nor segment. */
export interface Step {
  readonly attributes: Attributes;
  readonly parent?: Attributes;
  readonly name?: Buffer;
  readonly segment?: string;
}

/** The directories of a key that are there, from the top, and how many are not. */
export interface Walk {
  readonly steps: readonly Step[];
  readonly missing: number;
  /** Why the first missing one is missing. */
  readonly obstacle?: Missing;
}

export async function walk(mount: MountedShare, caller: Caller, directories: readonly string[]): Promise<Walk> {
  const steps: Step[] = [{ attributes: await attributesNow(mount.volume, caller, mount.share.root) }];
  for (const [index, segment] of directories.entries()) {
    const parent = steps.at(-1)!.attributes;
    const found = await findDirectory(mount, caller, parent, segment);
    if (!isFound(found)) return { steps, missing: directories.length - index, obstacle: found };
    steps.push({ attributes: found.attributes, parent, name: found.name, segment });
  }
  return { steps, missing: 0 };
}

export function lastOf(way: Walk): Step {
  return way.steps.at(-1)!;
}

/** Where a key stands now. */
export interface Located {
  readonly way: Walk;
  /** The file; absent when there is none. */
  readonly file?: Found;
  /** There when all directories are, and the file is not. */
  readonly free?: Missing;
}

export async function locate(
  parts: Pick<ObjectParts, 'conversions' | 'mutex'>,
  mount: MountedShare,
  caller: Caller,
  path: KeyPath,
): Promise<Located> {
  const way = await walk(mount, caller, path.directories);
  if (way.missing > 0) return { way };
  const found = await findFile(parts, mount, caller, lastOf(way).attributes, path.last);
  return isFound(found) ? { way, file: found } : { way, free: found };
}
