import { StorageError } from '@polynas/core/spi';
import type { Call, FileId, Name, Removed, RemoveOptions } from '@polynas/core/spi';
import type { Known } from '../attributes/attribute-source.ts';
import type { VolumeContext } from '../context.ts';
import type { Mount } from '../native/mount-api.ts';
import { isErrno } from '../native/storage-error.ts';
import { changeEntry } from './change-entries.ts';
import type { Directory } from './change-entries.ts';
import { expectNoRecords, expectTarget } from './conditions.ts';
import { Attempt, unknownOutcome } from './over-lives.ts';
import { beforeLoss, gone, leftOf, lostName } from './removed.ts';
import { resolve } from './resolve.ts';

/** Takes a name away: what `unlink` and `rmdir` have in common. */
export async function remove(
  context: VolumeContext,
  call: Call,
  directoryId: FileId,
  name: Name,
  options: RemoveOptions,
  expectType: (found: Known) => void,
  take: (mount: Mount, directory: Directory) => Promise<void>,
): Promise<Removed> {
  const attempt = new Attempt<Known>();
  const { result, directory } = await changeEntry(context, call, directoryId, name, attempt, async (at) => {
    const { mount } = at.inode;
    const found = await resolve(context, call, at.inode, at.id, name);
    if (attempt.issued !== undefined && wasTaken(context, attempt, attempt.issued, found)) {
      const former = attempt.issued;
      const removed = await leftOf(context, mount, former);
      return { changed: 'earlier', result: { found: former, removed } };
    }
    if (found === undefined) throw new StorageError('notFound');
    expectTarget(found.attributes, options.ifTarget);
    expectNoRecords(options.records);
    expectType(found);
    await beforeLoss(context, call, found.attributes);
    context.attributes.drop(at.id);
    attempt.issue(found);
    context.names.changing(at.id, name);
    try {
      await take(mount, at);
      attempt.answered = true;
    } catch (error) {
      // Others write too: the name went while we looked at it.
      throw isErrno(error, 'ENOENT') ? new StorageError('notFound', undefined, { cause: error }) : error;
    }
    context.names.changed(at.id, [{ name }]);
    const subdirectories = found.attributes.type === 'directory' ? -1 : 0;
    return { changed: true, subdirectories, result: { found, removed: await lostName(context, mount, found) } };
  });
  return { removed: result.removed ?? gone(result.found, directory.after.modified), directory };
}

/** What the name means after an eviction tells whether the client that is gone took it away. Throws where it does not. */
function wasTaken(
  { traits }: VolumeContext,
  { answered, shown }: Attempt<Known>,
  former: Known,
  found: Known | undefined,
): boolean {
  const isThere = found?.attributes.id === former.attributes.id;
  // Once others were let in, the name may have come back to it.
  if (isThere && shown) throw unknownOutcome();
  if (isThere) return false;
  // Somebody else may have been faster.
  if (!answered && (found !== undefined || traits.writers === 'shared')) throw unknownOutcome();
  return true;
}
