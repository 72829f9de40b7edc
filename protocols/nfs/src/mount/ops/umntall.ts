import type { CallContext } from '../../rpc/program.ts';
import type { MountList } from '../mount-list.ts';

/** RFC 1813 §5.2.4. */
export function umntall(list: MountList, call: CallContext): void {
  list.removeAll(call.client.address);
}
