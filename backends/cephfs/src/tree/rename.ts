import { StorageError } from '@polynas/core/spi';
import type { Attributes, Call, FileId, Name, Renamed, RenameOptions } from '@polynas/core/spi';
import type { VolumeContext } from '../context.ts';
import { expectNoRecords, expectTarget } from './conditions.ts';
import { lookup } from './lookup.ts';
import { move, onBothSides, settled, unchanged } from './move.ts';
import { reading } from './reading.ts';
import { resolve } from './resolve.ts';
import { whenEmptied } from './when-emptied.ts';

/**
 * One directory at a time moves to another one, as in the Linux kernel: two that cross (a/x to b/y while b/y's directory moves below a) have been seen to lock
 * up the MDS of 16.2, each waiting for ever for what the other holds, and everybody else behind them.
 *
 * Conditions are checked under the names' locks of this process: with `writers` `'shared'` another client can still come between the check and the
 * rename, as CephFS has no rename that refuses to replace.
 */
export async function rename(
  context: VolumeContext,
  call: Call,
  fromId: FileId,
  fromName: Name,
  toId: FileId,
  toName: Name,
  options: RenameOptions = {},
): Promise<Renamed> {
  for (;;) {
    const found = fromId === toId ? undefined : await looked(context, call, fromId, fromName);
    const isDirectory = found?.type === 'directory';
    const alone = isDirectory ? await context.locks.directoryMoves.enter('volume') : undefined;
    try {
      const renamed = await whenEmptied(context, call, toId, toName, () =>
        renameWithin(context, call, [fromId, fromName], [toId, toName], options, isDirectory),
      );
      if (renamed !== undefined) return renamed;
    } finally {
      alone?.leave();
    }
  }
}

function looked(context: VolumeContext, call: Call, directory: FileId, name: Name): Promise<Attributes | undefined> {
  return reading(context.mounts, call, directory, () => lookup(context, call, directory, name));
}

/** `undefined` when the name has come to mean a directory that was to move alone. */
async function renameWithin(
  context: VolumeContext,
  call: Call,
  [fromId, fromName]: readonly [FileId, Name],
  [toId, toName]: readonly [FileId, Name],
  options: RenameOptions,
  isAlone: boolean,
): Promise<Renamed | undefined> {
  const [from, to] = [
    { directory: fromId, name: fromName },
    { directory: toId, name: toName },
  ];
  return await onBothSides(context, call, from, to, async (sides) => {
    const source = await resolve(context, call, sides.from.inode, fromId, fromName);
    const target = await resolve(context, call, sides.to.inode, toId, toName);
    const earlier = await settled(context, sides, source, target);
    if (earlier !== undefined) return { ...earlier, unchanged: false };
    if (source === undefined) throw new StorageError('notFound');
    if (options.ifSource !== undefined && options.ifSource !== source.attributes.id) {
      throw new StorageError('conditionFailed', 'the source name means another file');
    }
    if (source.attributes.type === 'directory' && fromId !== toId && !isAlone) return undefined;
    expectTarget(target?.attributes, options.ifTarget);
    const sameName = fromId === toId && Buffer.compare(fromName, toName) === 0;
    if (options.noReplace === true && target !== undefined && !sameName) throw new StorageError('exists');
    expectNoRecords(options.records);
    if (target?.attributes.id === source.attributes.id) {
      return {
        moved: source.attributes,
        from: unchanged(sides.from),
        to: unchanged(sides.to),
        unchanged: true,
      };
    }
    expectSameKind(source.attributes, target?.attributes);
    const names = { from: fromName, to: toName };
    return { ...(await move(context, sides, names, source, target)), unchanged: false };
  });
}

function expectSameKind(moved: Attributes, target: Attributes | undefined): void {
  if (target === undefined || (moved.type === 'directory') === (target.type === 'directory')) return;
  throw new StorageError(moved.type === 'directory' ? 'notDirectory' : 'isDirectory');
}
