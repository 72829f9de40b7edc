import type { HostFiles } from '../host/host-files.ts';
import { nodeHostFiles } from '../host/node-host-files.ts';

type Operation = 'open' | 'write' | 'read' | 'truncate' | 'sync' | 'syncDirectory' | 'unlink';

/** Host files that fail, or do less than asked, when a test says so. */
export class FaultyHost {
  readonly host: HostFiles;
  /** The error code that an operation fails with from now on. */
  readonly failing = new Map<Operation, string>();
  /** At most this many bytes are taken or given at a time. */
  atOnce = Infinity;
  /** Bytes that may still be written; then ENOSPC. */
  space = Infinity;

  constructor() {
    const real = nodeHostFiles();
    const check = (operation: Operation): void => {
      const code = this.failing.get(operation);
      if (code !== undefined) throw Object.assign(new Error(`${code}: ${operation}`), { code });
    };
    this.host = {
      ...real,
      open: async (path, how) => {
        check('open');
        return await real.open(path, how);
      },
      read: async (fd, into, length, position) => {
        check('read');
        return await real.read(fd, into, Math.min(length, this.atOnce), position);
      },
      write: async (fd, chunks, position) => {
        check('write');
        const first = chunks[0] ?? new Uint8Array(0);
        const count = Math.min(this.atOnce, this.space);
        if (count === 0) throw Object.assign(new Error('ENOSPC: write'), { code: 'ENOSPC' });
        const all = count === Infinity ? chunks : [first.subarray(0, count)];
        const written = await real.write(fd, all, position);
        this.space -= written;
        return written;
      },
      truncate: async (fd, size) => {
        check('truncate');
        await real.truncate(fd, size);
      },
      sync: async (fd) => {
        check('sync');
        await real.sync(fd);
      },
      syncDirectory: async (path) => {
        check('syncDirectory');
        await real.syncDirectory(path);
      },
      unlink: async (path) => {
        check('unlink');
        await real.unlink(path);
      },
    };
  }
}
