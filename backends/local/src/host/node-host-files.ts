import { close, fdatasync, fstat, fstatSync, ftruncate, open, read, writev } from 'node:fs';
import { mkdir, open as openHandle, readdir, statfs, unlink } from 'node:fs/promises';
import type { HostFiles } from './host-files.ts';
import { libc } from './libc.ts';

const blockBytes = 512;

function settle<T>(
  resolve: (value: T) => void,
  reject: (error: Error) => void,
): (error: Error | null, value: T) => void {
  return (error, value) => (error === null || error === undefined ? resolve(value) : reject(error));
}

/** The host's files through Node's thread pool, and libc where it can be called. */
export function nodeHostFiles(): HostFiles {
  const native = libc();
  return {
    open: (path, how) =>
      new Promise((resolve, reject) => open(path, how === 'create' ? 'wx+' : 'r+', 0o600, settle(resolve, reject))),
    close: (fd) => new Promise((resolve, reject) => close(fd, (error) => (error ? reject(error) : resolve()))),
    read: (fd, into, length, position) =>
      new Promise((resolve, reject) => read(fd, into, 0, length, position, settle(resolve, reject))),
    write: (fd, chunks, position) =>
      new Promise((resolve, reject) => writev(fd, chunks, position, settle(resolve, reject))),
    truncate: (fd, size) =>
      new Promise((resolve, reject) => ftruncate(fd, size, (error) => (error ? reject(error) : resolve()))),
    sync: (fd) => new Promise((resolve, reject) => fdatasync(fd, (error) => (error ? reject(error) : resolve()))),
    async syncDirectory(path) {
      const directory = await openHandle(path, 'r');
      try {
        await directory.sync();
      } finally {
        await directory.close();
      }
    },
    stat: (fd) =>
      new Promise((resolve, reject) =>
        fstat(fd, (error, stats) =>
          error ? reject(error) : resolve({ size: stats.size, allocated: stats.blocks * blockBytes }),
        ),
      ),
    allocatedNow: (fd) => fstatSync(fd).blocks * blockBytes,
    unlink: (path) => unlink(path),
    async makeDirectory(path) {
      await mkdir(path, { recursive: true });
    },
    async list(path) {
      try {
        return await readdir(path);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
        throw error;
      }
    },
    async freeSpace(path) {
      const { bsize, blocks, bfree, bavail } = await statfs(path);
      return { total: bsize * blocks, free: bsize * bfree, available: bsize * bavail };
    },
    forget: native?.forget,
    readNow: native?.readNow,
    punch: native?.punch,
    reserve: native?.reserve,
    seek: native?.seek,
  };
}
