import { Nfsstat3, type Readlink3Res } from '../../xdr/nfs3.ts';
import { fattr3 } from '../attributes.ts';
import type { Target } from '../target.ts';

/** RFC 1813 §3.3.5. */
export async function readlink({ files, caller, file }: Target): Promise<Readlink3Res> {
  const { target, attributes } = await files.readlink(caller, file);
  return {
    status: Nfsstat3.NFS3_OK,
    resok: { symlinkAttributes: fattr3(file.share, attributes), data: target },
  };
}
