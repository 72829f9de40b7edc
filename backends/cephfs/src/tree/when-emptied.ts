import { isStorageError } from '@polynas/core/spi';
import type { Call, FileId, Name } from '@polynas/core/spi';
import type { VolumeContext } from '../context.ts';
import { lookup } from './lookup.ts';
import { readdir } from './readdir.ts';
import { reading } from './reading.ts';

/** Runs a step that takes the name of an empty directory away; again where the MDS counts what only a crash left there (`attributes/unpublished.ts`), which a listing clears away. */
export async function whenEmptied<Result>(
  context: VolumeContext,
  call: Call,
  directory: FileId,
  name: Name,
  step: () => Promise<Result>,
): Promise<Result> {
  try {
    return await step();
  } catch (error) {
    if (!isStorageError(error, 'notEmpty')) throw error;
    if (!(await isEmpty(context, call, directory, name))) throw error;
    return await step();
  }
}

async function isEmpty(context: VolumeContext, call: Call, parent: FileId, name: Name): Promise<boolean> {
  const { mounts } = context;
  const found = await reading(mounts, call, parent, () => lookup(context, call, parent, name));
  if (found?.type !== 'directory') return false;
  const { id } = found;
  const first = { limit: 1, attributes: false };
  const { entries, end } = await reading(mounts, call, id, () => readdir(context, call, id, 0n, first));
  return entries.length === 0 && end;
}
