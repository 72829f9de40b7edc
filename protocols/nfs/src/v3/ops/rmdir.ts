import { Nfsstat3, type Rmdir3Args, type Rmdir3Res } from '../../xdr/nfs3.ts';
import { directoryWcc } from '../attributes.ts';
import { checkRemovedDirectory } from '../names.ts';
import type { Target } from '../target.ts';

/** RFC 1813 §3.3.13. */
export async function rmdir({ files, caller, file }: Target, { object }: Rmdir3Args): Promise<Rmdir3Res> {
  checkRemovedDirectory(object.name);
  const { directory } = await files.rmdir(caller, file, object.name);
  return { status: Nfsstat3.NFS3_OK, resok: { dirWcc: directoryWcc(file.share, directory) } };
}
