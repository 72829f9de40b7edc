import { Nfsstat3, type Pathconf3Res } from '../../xdr/nfs3.ts';
import { fattr3 } from '../attributes.ts';
import type { Target } from '../target.ts';

const MAX_UINT32 = 2 ** 32 - 1;

/** RFC 1813 §3.3.20. */
export async function pathconf({ files, caller, file }: Target): Promise<Pathconf3Res> {
  const attributes = await files.getattr(caller, file);
  const { maxLinks, maxNameBytes } = files.limits(file.share);
  return {
    status: Nfsstat3.NFS3_OK,
    resok: {
      objAttributes: fattr3(file.share, attributes),
      linkmax: Math.min(maxLinks, MAX_UINT32),
      nameMax: maxNameBytes,
      noTrunc: true,
      chownRestricted: true,
      caseInsensitive: false,
      casePreserving: true,
    },
  };
}
