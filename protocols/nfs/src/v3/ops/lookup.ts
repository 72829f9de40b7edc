import { type Lookup3Args, type Lookup3Res, Nfsstat3 } from '../../xdr/nfs3.ts';
import { fattr3 } from '../attributes.ts';
import { checkLookup } from '../names.ts';
import type { Target } from '../target.ts';

/** RFC 1813 §3.3.3. */
export async function lookup({ files, handles, caller, file }: Target, { what }: Lookup3Args): Promise<Lookup3Res> {
  checkLookup(what.name);
  const { attributes, directory } = await files.lookup(caller, file, what.name);
  const { share } = file;
  const dirAttributes = fattr3(share, directory);
  if (attributes === undefined) return { status: Nfsstat3.NFS3ERR_NOENT, resfail: { dirAttributes } };
  const object = handles.encode({ share, id: attributes.id });
  return { status: Nfsstat3.NFS3_OK, resok: { object, objAttributes: fattr3(share, attributes), dirAttributes } };
}
