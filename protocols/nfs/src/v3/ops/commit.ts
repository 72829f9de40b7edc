import { type Commit3Args, type Commit3Res, Nfsstat3 } from '../../xdr/nfs3.ts';
import { wccData } from '../attributes.ts';
import { type Target, writeVerifier } from '../target.ts';

/** RFC 1813 §3.3.21. */
export async function commit({ files, caller, file }: Target, { offset, count }: Commit3Args): Promise<Commit3Res> {
  const whole = !Number.isSafeInteger(offset + count);
  const { before, after, epoch } = await files.commit(caller, file, whole ? 0 : offset, whole ? 0 : count);
  // COMMIT changes nothing that a client sees: where something changed, it was another's write in between.
  const unchanged = before.change === after.change;
  return {
    status: Nfsstat3.NFS3_OK,
    resok: { fileWcc: wccData(file.share, unchanged ? before : undefined, after), verf: writeVerifier(epoch) },
  };
}
