import { WireError } from '@polynas/core/wire';
import { sid } from '../../security/sid.ts';
import type { Ndr } from './ndr.ts';
import { u32 } from './scalars.ts';

/** RPC_SID (MS-DTYP 2.4.2.3): the packet, behind the count of its conformant last member. */
export const rpcSid: Ndr<string> = {
  alignment: 4,
  read(r, put) {
    const count = r.wire.align(4).u32le();
    const value = sid.read(r.wire);
    if (value.split('-').length - 3 !== count) throw new WireError(`SID ${value} with a count of ${count}`);
    put(value);
  },
  write(w, value) {
    u32.write(w, value.split('-').length - 3);
    sid.write(w.wire, value);
  },
};
