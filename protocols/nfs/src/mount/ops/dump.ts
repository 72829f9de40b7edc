import type { Mountlist } from '../../xdr/mount.ts';
import type { MountList } from '../mount-list.ts';

/** RFC 1813 §5.2.2: who has mounted what, as far as we heard. */
export function dump(list: MountList): Mountlist {
  return list.all();
}
