import type { CallContext } from '../../rpc/program.ts';
import type { Dirpath } from '../../xdr/mount.ts';
import type { MountList } from '../mount-list.ts';

/** RFC 1813 §5.2.3: only takes the entry off the list; handles stay good. */
export function umnt(list: MountList, path: Dirpath, call: CallContext): void {
  list.remove(call.client.address, path);
}
