import type { CallContext } from '../../rpc/program.ts';
import type { Mountlist } from '../../xdr/mount.ts';
import type { MountList } from '../mount-list.ts';

/** RFC 1813 §5.2.2: what was mounted, as far as we heard; by the client that asks, since others are no business of its. */
export function dump(list: MountList, call: CallContext): Mountlist {
  return list.of(call.client.address);
}
