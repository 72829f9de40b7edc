import type { Call, FileId } from '@polynas/core/spi';
import type { Mounts } from '../mounts/mounts-api.ts';

/** How often a call begins anew on a mount that came in place of an evicted one. */
const maxLives = 3;

/** Runs a call that changes nothing; when the file's mount was evicted meanwhile, anew on the next one. */
export async function reading<T>(mounts: Mounts, call: Call, id: FileId, step: () => Promise<T>): Promise<T> {
  for (let life = 1; ; life += 1) {
    const mount = await mounts.ready(call, id);
    try {
      return await step();
    } catch (error) {
      if (mount.alive || life === maxLives) throw error;
    }
  }
}
