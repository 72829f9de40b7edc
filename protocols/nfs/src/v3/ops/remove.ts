import { Nfsstat3, type Remove3Args, type Remove3Res } from '../../xdr/nfs3.ts';
import { directoryWcc } from '../attributes.ts';
import { checkLookup } from '../names.ts';
import type { Target } from '../target.ts';

/** RFC 1813 §3.3.12. Directories are RMDIR's. */
export async function remove({ files, caller, file }: Target, { object }: Remove3Args): Promise<Remove3Res> {
  checkLookup(object.name);
  const { directory } = await files.remove(caller, file, object.name);
  return { status: Nfsstat3.NFS3_OK, resok: { dirWcc: directoryWcc(file.share, directory) } };
}
