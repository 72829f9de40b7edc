import { availableParallelism } from 'node:os';
import { requireKoffi } from './library.ts';

/** M_ARENA_MAX of mallopt(3). */
const arenaMax = -8;

/**
 * glibc gives the threads that allocate up to eight arenas for each core, and what is free in one is of no use to the others: with libcephfs's threads and those that call it, half of the memory that the process
 * held lay free in sixteen arenas (docs/backends/cephfs.md, Memory). One for each core, two at least, are enough for as many threads as run at once. For the whole process, and before it has many threads: glibc
 * looks at the limit when it makes an arena.
 */
export function limitArenas(): void {
  let mallopt: (option: number, value: number) => number;
  try {
    mallopt = requireKoffi().load(null).func('int mallopt(int, int)');
  } catch {
    return; // Another C library, without arenas; or none can be called, and then no volume is opened either.
  }
  mallopt(arenaMax, Math.max(2, availableParallelism()));
}
