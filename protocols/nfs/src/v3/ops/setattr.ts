import { Nfsstat3, type Setattr3Args, type Setattr3Res } from '../../xdr/nfs3.ts';
import { changesOf, timestamp, wccData } from '../attributes.ts';
import type { Target } from '../target.ts';

/** RFC 1813 §3.3.2. The guard is the ctime that the client saw. */
export async function setattr({ files, caller, file }: Target, args: Setattr3Args): Promise<Setattr3Res> {
  const conditions = args.guard && { ifChanged: timestamp(args.guard) };
  const { before, after } = await files.setattr(caller, file, changesOf(args.newAttributes), conditions);
  return { status: Nfsstat3.NFS3_OK, resok: { objWcc: wccData(file.share, before, after) } };
}
