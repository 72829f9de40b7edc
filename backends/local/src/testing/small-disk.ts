import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { discard, scratchDirectory } from './scratch.ts';

/** A small file system of its own, which can be full and, beneath, can fail. Needs the right to mount. */
export interface SmallDisk {
  readonly directory: string;
  /** Gives the medium its space back. */
  heal(): void;
  remove(): void;
}

/** A file system with room for so many mebibytes; `undefined` where mounting is not allowed. */
export function fullDisk(mebibytes: number): SmallDisk | undefined {
  const directory = scratchDirectory();
  if (!attempt('mount', '-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', directory)) {
    discard(directory);
    return undefined;
  }
  return {
    directory,
    heal: () => void attempt('mount', '-o', `remount,size=${mebibytes * 20}m`, directory),
    remove() {
      unmount(directory);
      discard(directory);
    },
  };
}

/**
 * An ext4 that believes to have 200 MiB (or as said), on a medium that takes so many mebibytes and then fails every write to new places: syncs fail, and the pages
 * that they were to bring to the disk are lost. `undefined` where it cannot be made.
 */
export function failingDisk(mebibytes: number, believed = 200): SmallDisk | undefined {
  const medium = fullDisk(mebibytes);
  if (medium === undefined) return undefined;
  const image = join(medium.directory, 'image');
  const directory = join(medium.directory, 'mounted');
  mkdirSync(directory);
  const made =
    attempt('truncate', '-s', `${believed}m`, image) &&
    attempt('mkfs.ext4', '-q', '-F', '-b', '4096', '-J', 'size=4', image) &&
    attempt('mount', '-o', 'loop', image, directory);
  if (!made) {
    medium.remove();
    return undefined;
  }
  return {
    directory,
    heal: () => medium.heal(),
    remove() {
      unmount(directory);
      medium.remove();
    },
  };
}

/** At once, or when the last one who still looks at it has gone. */
function unmount(directory: string): void {
  if (!attempt('umount', directory)) attempt('umount', '-l', directory);
}

function attempt(command: string, ...parameters: string[]): boolean {
  try {
    execFileSync(command, parameters, {
      stdio: 'ignore',
      env: { ...process.env, PATH: `${process.env['PATH']}:/sbin:/usr/sbin` },
    });
    return true;
  } catch {
    return false;
  }
}
