import { isStorageError, StorageError } from '@polynas/core/spi';
import type { WriteEpoch } from '@polynas/core/spi';
import type { VolumeContext } from '../context.ts';
import { CephError } from '../native/ceph-error.ts';
import type { Mount } from '../native/mount-api.ts';
import { isErrno } from '../native/storage-error.ts';

/** How often a change begins anew on a mount that came in place of an evicted one. */
const maxLives = 3;
/** How often it waits for that mount when something was asked of the cluster: each time as long as `Mounts.ready` does, some seconds. */
const maxWaits = 12;

/**
 * What a change has asked of the cluster, kept over the mounts that it meets. An evicted client is not told what became of what was under way; the next mount ends the session of the
 * one before (`ceph_start_reclaim`), so that nothing of it happens any more, and what happened is in the journal: it is enough to look.
 */
export class Attempt<What> {
  /** What to look for; `undefined`: nothing was asked yet. */
  issued: What | undefined = undefined;
  /** The cluster has said that it was done. */
  answered = false;
  /** Others were let in since: what is not as it was left may be their doing. */
  shown = false;
  /** The mount of the present life. */
  mount: Mount | undefined = undefined;

  /** What the next call asks for. */
  issue(what: What): void {
    this.issued = what;
    this.answered = false;
  }
}

/** The honest answer where looking does not tell. */
export function unknownOutcome(cause?: unknown): StorageError {
  return new StorageError('io', 'the cluster evicted this client, and nobody can tell whether this was done', {
    cause,
  });
}

/**
 * Runs a change; when a mount that it needs was evicted meanwhile, anew on the next one, where `run` looks at what `attempt` says before it asks for anything again. Where nothing was asked
 * of the cluster the caller may be told to ask again (`tryLater`); else it never is.
 */
export async function overLives<T>(
  context: VolumeContext,
  attempt: Attempt<unknown>,
  run: () => Promise<T>,
): Promise<T> {
  let waits = 0;
  for (let life = 1; ;) {
    const epoch = context.mounts.epoch();
    try {
      return await run();
    } catch (error) {
      const asked = attempt.issued !== undefined;
      if (await isLost(context, attempt, error, epoch)) {
        life += 1;
        if (life > maxLives) throw asked ? unknownOutcome(error) : evictedAgain(error);
      } else if (asked && isStorageError(error, 'tryLater')) {
        waits += 1;
        if (waits > maxWaits) throw unknownOutcome(error);
      } else throw error;
    }
  }
}

/** Whether a mount was lost since that epoch, and the error says no more than that. */
async function isLost(
  { mounts }: VolumeContext,
  { mount }: Attempt<unknown>,
  error: unknown,
  since: WriteEpoch,
): Promise<boolean> {
  const answer = error instanceof StorageError ? error.cause : error;
  // An evicted client may hear of it as EIO first.
  if (isErrno(answer, 'EIO')) await mount?.expectUnbroken().catch(() => undefined);
  if (mounts.epoch() === since) return false;
  if (!(error instanceof StorageError)) return error instanceof CephError;
  return error.code === 'unavailable' || isErrno(answer, 'EIO');
}

function evictedAgain(cause: unknown): StorageError {
  return new StorageError('tryLater', 'the cluster evicts this client again and again', { cause });
}
