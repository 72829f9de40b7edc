import { isStorageError } from '@polynas/core/spi';
import type { Call, FileId, Name } from '@polynas/core/spi';
import type { VolumeContext } from '../context.ts';
import { lookup } from './lookup.ts';
import { readdir } from './readdir.ts';

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
    const found = await lookup(context, call, directory, name);
    if (found?.type !== 'directory') throw error;
    const { entries, end } = await readdir(context, call, found.id, 0n, { limit: 1, attributes: false });
    if (entries.length > 0 || !end) throw error;
    return await step();
  }
}
