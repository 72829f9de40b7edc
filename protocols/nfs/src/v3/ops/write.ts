import { type Stability, StorageError } from '@polynas/core/service';
import { Nfsstat3, StableHow, type Write3Args, type Write3Res } from '../../xdr/nfs3.ts';
import { wccData } from '../attributes.ts';
import { type Target, writeVerifier } from '../target.ts';

const STABILITY = {
  [StableHow.UNSTABLE]: 'unstable',
  [StableHow.DATA_SYNC]: 'data',
  [StableHow.FILE_SYNC]: 'file',
} satisfies Record<StableHow, Stability>;

const COMMITTED = {
  unstable: StableHow.UNSTABLE,
  data: StableHow.DATA_SYNC,
  file: StableHow.FILE_SYNC,
} satisfies Record<Stability, StableHow>;

/** RFC 1813 §3.3.7. */
export async function write({ files, caller, file }: Target, args: Write3Args): Promise<Write3Res> {
  const { offset, count, stable, data } = args;
  if (count !== data.length) throw new StorageError('invalid', 'count is not the length of the data');
  if (!Number.isSafeInteger(offset + count)) throw new StorageError('tooLarge', 'offset above 2^53 - 1');
  const result = await files.write(caller, file, offset, [data], STABILITY[stable]);
  return {
    status: Nfsstat3.NFS3_OK,
    resok: {
      fileWcc: wccData(file.share, result.before, result.after),
      count: result.written,
      committed: COMMITTED[result.committed],
      verf: writeVerifier(result.epoch),
    },
  };
}
