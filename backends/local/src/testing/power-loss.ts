import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { HostFiles } from '../host/host-files.ts';
import { nodeHostFiles } from '../host/node-host-files.ts';

/**
 * A power failure, as strict as POSIX allows: bytes and lengths survive only from the last `sync` of their file, names only from the last sync of
 * their directory. Beside the volume lies what would be left: `shadow/content/<blob>` and `shadow/names/<directory>/<blob>`.
 */
export function powerLossHost(directory: string): HostFiles {
  const host = nodeHostFiles();
  const shadow = join(directory, 'shadow');
  const blobs = join(directory, 'blobs');
  const content = join(shadow, 'content');
  mkdirSync(content, { recursive: true });
  const paths = new Map<number, string>();
  let copies = 0;
  return {
    ...host,
    async open(path, how) {
      const fd = await host.open(path, how);
      paths.set(fd, path);
      return fd;
    },
    async close(fd) {
      paths.delete(fd);
      await host.close(fd);
    },
    async sync(fd) {
      const path = paths.get(fd) ?? '';
      await host.sync(fd);
      copies += 1;
      const copy = join(shadow, `copy-${copies}`);
      // An unlinked file has nothing left to lose.
      if (!existsSync(path)) return;
      copyFileSync(path, copy);
      renameSync(copy, join(content, basename(path)));
    },
    async syncDirectory(path) {
      await host.syncDirectory(path);
      if (path === blobs || dirname(path) === blobs)
        keepNames(path, join(shadow, 'names', path === blobs ? '' : basename(path)));
    },
  };
}

function keepNames(path: string, names: string): void {
  mkdirSync(names, { recursive: true });
  const there = new Set(readdirSync(path));
  for (const name of readdirSync(names)) if (!there.has(name)) rmSync(join(names, name), { recursive: true });
  for (const name of there) {
    if (dirname(path).endsWith('blobs')) writeFileSync(join(names, name), '');
    else mkdirSync(join(names, name), { recursive: true });
  }
}

/** After the process was killed: puts the volume's directory into the state that a power failure at that moment would have left. */
export function loseUnsynced(directory: string): void {
  const shadow = join(directory, 'shadow');
  if (!existsSync(shadow)) return;
  const left = join(directory, 'left');
  mkdirSync(left);
  const names = join(shadow, 'names');
  for (const inner of existsSync(names) ? readdirSync(names) : []) {
    mkdirSync(join(left, inner));
    for (const name of readdirSync(join(names, inner))) {
      const content = join(shadow, 'content', name);
      if (existsSync(content)) cpSync(content, join(left, inner, name));
      else writeFileSync(join(left, inner, name), '');
    }
  }
  rmSync(join(directory, 'blobs'), { recursive: true });
  renameSync(left, join(directory, 'blobs'));
  rmSync(shadow, { recursive: true });
}
