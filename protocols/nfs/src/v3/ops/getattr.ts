import { type Getattr3Res, Nfsstat3 } from '../../xdr/nfs3.ts';
import { fattr3 } from '../attributes.ts';
import type { Target } from '../target.ts';

/** RFC 1813 §3.3.1. */
export async function getattr({ files, caller, file }: Target): Promise<Getattr3Res> {
  const attributes = await files.getattr(caller, file);
  return { status: Nfsstat3.NFS3_OK, resok: { objAttributes: fattr3(file.share, attributes) } };
}
