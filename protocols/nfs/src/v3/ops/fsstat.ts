import { type Fsstat3Res, Nfsstat3 } from '../../xdr/nfs3.ts';
import { fattr3 } from '../attributes.ts';
import type { Target } from '../target.ts';

/** RFC 1813 §3.3.18. */
export async function fsstat({ files, caller, file }: Target): Promise<Fsstat3Res> {
  const capacity = await files.statfs(caller, file);
  const attributes = await files.getattr(caller, file);
  return {
    status: Nfsstat3.NFS3_OK,
    resok: {
      objAttributes: fattr3(file.share, attributes),
      tbytes: capacity.totalBytes,
      fbytes: capacity.freeBytes,
      abytes: capacity.availableBytes,
      tfiles: capacity.totalFiles,
      ffiles: capacity.freeFiles,
      afiles: capacity.freeFiles,
      invarsec: 0,
    },
  };
}
