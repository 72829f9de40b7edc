import { BehaviorSubject, combineLatest, map } from 'rxjs';
import { isStorageError, StorageError } from '@polynas/core/spi';
import type { StorageErrorCode, Volume } from '@polynas/core/spi';
import { wrapped } from './wrapped.ts';
import type { MethodName } from './wrapped.ts';

/** One thing that goes wrong. */
export interface Fault {
  /** The method that it befalls; any when absent. */
  readonly method?: MethodName;
  /** The call that it befalls, counted from 1 since the fault was added (of that method); each one when absent. */
  readonly nth?: number;
  /**
   * `reject`: nothing is done. `loseAnswer`: it is done, and then rejected all the same. `delay`: it is done once `until`
   * has settled. `holdAnswer`: it is done at once, and answered once `until` has settled.
   */
  readonly what:
    | { readonly kind: 'reject' | 'loseAnswer'; readonly code: StorageErrorCode }
    | { readonly kind: 'delay' | 'holdAnswer'; readonly until: Promise<unknown> };
}

export interface FaultyVolume {
  readonly volume: Volume;
  /** Adds a fault; gives a function that takes it away again. Several at one call befall it in the order they were added. */
  add(fault: Fault): () => void;
  clear(): void;
  /** From now on every call is rejected with `unavailable`, and `status` says so, until `restore`. */
  fail(reason: string): void;
  /** Serves again. With `epoch` the volume has that write epoch: unstable writes count as lost. */
  restore(epoch?: bigint): void;
}

interface Planned extends Fault {
  calls: number;
}

/**
 * A volume that fails as it is told. `…Now` methods answer `undefined` while there is any fault, so that callers come
 * through the calls that faults befall. `close` of the volume and of handles always works.
 */
export function faults(volume: Volume, ...plan: readonly Fault[]): FaultyVolume {
  let planned: Planned[] = plan.map((fault) => ({ ...fault, calls: 0 }));
  const failure = new BehaviorSubject<string | undefined>(undefined);
  let epoch: bigint | undefined;
  const expectAvailable = (): void => {
    if (failure.value !== undefined) throw new StorageError('unavailable', failure.value);
  };

  const around = async (method: MethodName, run: () => Promise<unknown>): Promise<unknown> => {
    expectAvailable();
    const due = planned.filter((fault) => isDue(fault, method));
    let step = run;
    for (const { what } of due) step = spoiled(step, what);
    const result = await step();
    expectAvailable();
    return epoch === undefined ? result : withEpoch(result, epoch);
  };
  const replace: Volume['replace'] = (call, from, fromName, to, toName, options) => {
    const { writtenIn, ...others } = options ?? {};
    return around('replace', async () => {
      if (writtenIn !== undefined && writtenIn !== (epoch ?? volume.epoch())) {
        throw new StorageError('unavailable', 'unstable writes count as lost');
      }
      return volume.replace(call, from, fromName, to, toName, others);
    }) as ReturnType<Volume['replace']>;
  };
  const faulty = wrapped(volume, {
    around,
    now: (_, run) => {
      expectAvailable();
      return planned.length > 0 ? undefined : run();
    },
    members: {
      replace,
      epoch: () => epoch ?? volume.epoch(),
      status: () =>
        combineLatest([volume.status(), failure]).pipe(
          map(([status, reason]) => ({
            ...status,
            epoch: epoch ?? status.epoch,
            ...(reason === undefined ? {} : { health: 'unavailable' as const, reason }),
          })),
        ),
      close: async () => {
        await volume.close();
        failure.complete();
      },
    },
  });
  return {
    volume: faulty,
    add: (fault) => {
      const added = { ...fault, calls: 0 };
      planned.push(added);
      return () => {
        planned = planned.filter((other) => other !== added);
      };
    },
    clear: () => {
      planned = [];
    },
    fail: (reason) => failure.next(reason),
    restore: (next) => {
      epoch = next ?? epoch;
      failure.next(undefined);
    },
  };
}

/** Counts the call, and tells whether the fault befalls it. */
function isDue(fault: Planned, method: MethodName): boolean {
  if (fault.method !== undefined && fault.method !== method) return false;
  fault.calls += 1;
  return fault.nth === undefined || fault.nth === fault.calls;
}

function spoiled(run: () => Promise<unknown>, what: Fault['what']): () => Promise<unknown> {
  switch (what.kind) {
    case 'reject':
      return () => Promise.reject(new StorageError(what.code, 'a planned fault'));
    case 'loseAnswer':
      return async () => {
        await run().catch((error: unknown) => {
          // The planned rejection takes the place of the volume's own; anything else is a fault of the volume.
          if (!isStorageError(error)) throw error;
        });
        throw new StorageError(what.code, 'the answer was lost');
      };
    case 'delay':
      return async () => {
        await what.until;
        return run();
      };
    case 'holdAnswer':
      return async () => {
        const result = await run();
        await what.until;
        return result;
      };
  }
}

/** Answers of writes and syncs name the epoch that the volume is said to have. */
function withEpoch(result: unknown, epoch: bigint): unknown {
  return typeof result === 'object' && result !== null && 'epoch' in result ? { ...result, epoch } : result;
}
