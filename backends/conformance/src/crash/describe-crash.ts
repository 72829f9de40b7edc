import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkTree } from '../check-tree.ts';
import { crashRound } from './round.ts';
import type { CrashOptions } from './round.ts';

/**
 * Tests what a volume keeps when its process is killed by SIGKILL in the midst of random operations (the operating
 * system lives on: it is no test of power loss).
 */
export function describeCrash(name: string, options: CrashOptions): void {
  const { rounds = 8, lanes = 4, operations = 60, seed = 1 } = options;
  describe(`${name} after SIGKILL`, () => {
    test.each(Array.from({ length: rounds }, (_, round) => seed + round))(
      'kill_underLoadSeed%i_keepsWhatWasAcknowledged',
      async (roundSeed) => {
        const directory = await mkdtemp(join(tmpdir(), 'polynas-crash-'));
        try {
          // Spread over the whole sequence, from the first operations to the last.
          const lines = 1 + ((roundSeed * 7919) % (lanes * operations));
          expect(await crashRound(options, directory, { seed: roundSeed, lanes, operations }, lines)).toEqual([]);
          const volume = await options.open(directory);
          try {
            await checkTree(volume);
          } finally {
            await volume.close();
          }
        } finally {
          await rm(directory, { recursive: true, force: true });
        }
      },
      120_000,
    );
  });
}
