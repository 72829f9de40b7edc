import { StorageError } from '@polynas/core/spi';
import type { HandleAccess, Volume } from '@polynas/core/spi';
import { wrapped } from './wrapped.ts';
import type { MethodName } from './wrapped.ts';

const mutations: ReadonlySet<MethodName> = new Set<MethodName>([
  'setattr',
  'create',
  'mkdir',
  'mknod',
  'symlink',
  'link',
  'unlink',
  'rmdir',
  'rename',
  'replace',
  'publish',
  'setxattr',
  'removexattr',
  'handle.write',
  'handle.allocate',
  'handle.punch',
  'clone.ranges',
  'records.set',
  'snapshots.create',
  'snapshots.remove',
  'quota.set',
]);

/** The same volume, on which every call that would change something, opening for writing too, is rejected with `readOnly`. */
export function readOnly(volume: Volume): Volume {
  return wrapped(volume, {
    around: (method, run, call) => {
      const opensToWrite = method === 'open' && (call[2] as HandleAccess) === 'write';
      if (mutations.has(method) || opensToWrite) return Promise.reject(new StorageError('readOnly'));
      return run();
    },
  });
}
