import type { CallContext } from '../../rpc/program.ts';
import { AuthFlavor } from '../../xdr/rpc.ts';
import { type Dirpath, MNTNAMLEN, type Mountres3, Mountstat3 } from '../../xdr/mount.ts';
import { segmentsOf } from '../export-path.ts';
import type { MountList } from '../mount-list.ts';
import type { MountTree } from '../mount-tree.ts';

/** In the order of preference (RFC 1813 §5.2.1); the Linux client takes the first that it knows. */
const FLAVORS = [AuthFlavor.AUTH_SYS];

/** RFC 1813 §5.2.1: maps a path to the file handle of its directory. */
export async function mnt(tree: MountTree, list: MountList, path: Dirpath, call: CallContext): Promise<Mountres3> {
  const segments = segmentsOf(path);
  if (segments === undefined) return { fhsStatus: Mountstat3.MNT3ERR_INVAL };
  if (segments.some((segment) => segment.length > MNTNAMLEN)) return { fhsStatus: Mountstat3.MNT3ERR_NAMETOOLONG };
  const found = await tree.resolve(segments, call);
  if ('refused' in found) return { fhsStatus: found.refused };
  list.add(call.client.address, path);
  return { fhsStatus: Mountstat3.MNT3_OK, mountinfo: { fhandle: found.handle, authFlavors: FLAVORS } };
}
