import type { Call } from '@polynas/core/spi';
import { assertWanted } from './call.ts';
import { storageErrorOf } from './host/errors.ts';
import type { Parts } from './parts.ts';

/** The frame of every call from outside: refused when the volume does not serve or nobody waits, counted while it runs, rejected with `StorageError` only. */
export function serve<T>(parts: Parts, call: Call, work: () => T | Promise<T>): Promise<T> {
  return parts.activity.during(async () => {
    try {
      parts.health.assertServing();
      assertWanted(call);
      const turn = parts.turn.spend();
      if (turn !== undefined) await turn;
      return await work();
    } catch (error) {
      throw storageErrorOf(error, 'the volume');
    }
  });
}
