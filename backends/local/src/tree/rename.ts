import { StorageError } from '@polynas/core/spi';
import type { Attributes, Name, Renamed, RenameOptions } from '@polynas/core/spi';
import { attributesOf } from '../format/attributes.ts';
import type { Entry } from '../format/entry.ts';
import type { Inode } from '../format/inode.ts';
import { rootId } from '../format/meta.ts';
import type { Parts } from '../parts.ts';
import { assertFile, assertTarget } from './conditions.ts';
import {
  addEntry,
  changeSince,
  directoryIn,
  entriesChanged,
  entryIn,
  isEmpty,
  removeEntry,
  retargetEntry,
  stampNow,
} from './entries.ts';
import { assertName } from './names.ts';
import { removeDirectory } from './rmdir.ts';
import { maxLinks } from './traits.ts';
import type { Transaction } from './transaction.ts';
import { loseName } from './unlink.ts';

export async function rename(
  parts: Parts,
  fromId: number,
  fromName: Name,
  toId: number,
  toName: Name,
  options: RenameOptions | undefined,
): Promise<Renamed> {
  const renamed = await parts.committer.mutate((transaction) =>
    renameIn(transaction, fromId, fromName, toId, toName, options),
  );
  if (renamed.replaced?.nlink === 0) parts.reclaimer.wake();
  return renamed;
}

export function renameIn(
  transaction: Transaction,
  fromId: number,
  fromName: Name,
  toId: number,
  toName: Name,
  options: RenameOptions | undefined,
): Renamed {
  const from = directoryIn(transaction, fromId);
  const to = directoryIn(transaction, toId);
  assertName(fromName);
  assertName(toName);
  const source = entryIn(transaction, from, fromName);
  if (source === undefined) throw new StorageError('notFound');
  const moved = transaction.inode(source.id);
  assertFile(moved, options?.ifSource);
  const former = entryIn(transaction, to, toName);
  const target = former === undefined ? undefined : transaction.inode(former.id);
  assertTarget(target, options?.ifTarget);
  const fromBefore = stampNow(from);
  const toBefore = stampNow(to);
  if (target !== undefined && target.id === moved.id) {
    const sameName = from.id === to.id && Buffer.compare(fromName, toName) === 0;
    if (options?.noReplace === true && !sameName) throw new StorageError('exists');
    return {
      moved: attributesOf(moved),
      from: changeSince(fromBefore, from),
      to: changeSince(toBefore, to),
      unchanged: true,
    };
  }
  if (target !== undefined && options?.noReplace === true) throw new StorageError('exists');
  assertMovable(transaction, moved, to, target);
  transaction.records(options?.records);

  const directory = moved.type === 'directory';
  if (target !== undefined) transaction.frees();
  removeEntry(transaction, from, fromName, source);
  const replaced = former === undefined || target === undefined ? undefined : takeOver(transaction, to, target);
  putName(transaction, to, toName, former, moved);
  if (directory && from.id !== to.id) {
    from.nlink -= 1;
    to.nlink += 1;
  }
  transaction.changed(moved);
  entriesChanged(transaction, from);
  entriesChanged(transaction, to);
  return {
    moved: attributesOf(moved),
    ...(replaced === undefined ? {} : { replaced }),
    from: changeSince(fromBefore, from),
    to: changeSince(toBefore, to),
    unchanged: false,
  };
}

function assertMovable(transaction: Transaction, moved: Inode, to: Inode, target: Inode | undefined): void {
  if (moved.type === 'directory') {
    assertNotBelow(transaction, to, moved);
    if (target === undefined) {
      if (moved.parent !== to.id && to.nlink >= maxLinks) throw new StorageError('tooManyLinks');
    } else if (target.type !== 'directory') throw new StorageError('notDirectory');
    else if (!isEmpty(transaction, target)) throw new StorageError('notEmpty');
  } else if (target?.type === 'directory') throw new StorageError('isDirectory');
}

/** A directory does not move into itself. Depth costs one read a level. */
function assertNotBelow(transaction: Transaction, start: Inode, moved: Inode): void {
  for (let at = start; ; at = transaction.inode(at.parent)) {
    if (at.id === moved.id) throw new StorageError('invalid', 'a directory cannot move below itself');
    if (at.id === rootId) return;
  }
}

/** The file whose name is taken over, as it is afterwards. */
function takeOver(transaction: Transaction, to: Inode, target: Inode): Attributes {
  if (target.type === 'directory') {
    to.nlink -= 1;
    removeDirectory(transaction, target);
  } else loseName(transaction, target);
  return attributesOf(target);
}

function putName(transaction: Transaction, to: Inode, name: Name, former: Entry | undefined, moved: Inode): void {
  if (former === undefined) addEntry(transaction, to, name, moved);
  else retargetEntry(transaction, to, name, former, moved);
}
