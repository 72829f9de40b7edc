import { Nfsstat3, type Rename3Args, type Rename3Res } from '../../xdr/nfs3.ts';
import { directoryWcc } from '../attributes.ts';
import { checkRenamed } from '../names.ts';
import type { Targets } from '../target.ts';

/** RFC 1813 §3.3.14. */
export async function rename(targets: Targets, { from, to }: Rename3Args): Promise<Rename3Res> {
  const { files, caller, file, second } = targets;
  checkRenamed(from.name);
  checkRenamed(to.name);
  const result = await files.rename(caller, file, from.name, second, to.name);
  return {
    status: Nfsstat3.NFS3_OK,
    resok: { fromdirWcc: directoryWcc(file.share, result.from), todirWcc: directoryWcc(second.share, result.to) },
  };
}
