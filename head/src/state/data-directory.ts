import { chmod, mkdir, readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { exitCode } from '../cli/exit-code.ts';
import { HeadError } from '../head-error.ts';
import { messageOf, systemCode } from '../system-error.ts';
import { syncDirectory } from './atomic-file.ts';

/**
 * Creates a directory (mode 0700) and what is missing above it; the highest one that it made, if any. Node's own recursive `mkdir` tries
 * for ever where a directory is there and cannot have others, as /proc.
 */
export async function makeDirectories(path: string): Promise<string | undefined> {
  const make = async () => {
    try {
      await mkdir(path, { mode: 0o700 });
      return path;
    } catch (error) {
      if (systemCode(error) === 'EEXIST') return undefined;
      throw error;
    }
  };
  try {
    return await make();
  } catch (error) {
    if (systemCode(error) !== 'ENOENT' || dirname(path) === path) throw error;
  }
  const above = await makeDirectories(dirname(path));
  const made = await make();
  return above ?? made;
}

/**
 * Creates what is missing of a data directory (mode 0700, durable) and refuses one that others may look into.
 * `<data>/head.key`, `<data>/state/registry.json`, `<data>/volumes/…`, `<data>/admin.sock`, `<data>/lock/`.
 */
export async function prepareDataDirectory(path: string): Promise<void> {
  try {
    const first = await makeDirectories(path);
    if (first !== undefined) await syncDirectory(dirname(first));
    const { mode } = await stat(path);
    if ((mode & 0o077) !== 0 && (await readdir(path)).length === 0) {
      // A fresh mount point or container volume: nothing of anybody's is in it.
      await chmod(path, 0o700);
    } else if ((mode & 0o077) !== 0) {
      const octal = (mode & 0o777).toString(8).padStart(4, '0');
      throw new HeadError(
        `the data directory ${path} is open to others (mode ${octal}): chmod 700 ${path}`,
        exitCode.data,
      );
    }
    for (const part of ['state', 'volumes']) await mkdir(join(path, part), { recursive: true, mode: 0o700 });
    await syncDirectory(path);
  } catch (error) {
    if (error instanceof HeadError || systemCode(error) === undefined) throw error;
    throw new HeadError(`the data directory ${path} cannot be used: ${messageOf(error)}`, exitCode.data, {
      cause: error,
    });
  }
}
