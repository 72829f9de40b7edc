import { type Reader, WireError, type Writer } from '@polynas/core/wire';
import type { Codec } from '../messages/codec.ts';

const REVISION = 1;
/** SID_MAX_SUB_AUTHORITIES (MS-DTYP 2.4.2). */
const MAX_SUB_AUTHORITIES = 15;
const TWO_32 = 2 ** 32;
/** SID-string (MS-DTYP 2.4.2.1). */
const FORM = /^S-1-(?:\d{1,10}|0x[\da-f]{12})(?:-\d{1,10}){0,15}$/i;

/** SID packet (MS-DTYP 2.4.2.2) as its string, `S-1-5-32-544` (2.4.2.1). */
export const sid: Codec<string> = {
  read(r: Reader): string {
    if (r.u8() !== REVISION) throw new WireError('SID of another revision');
    const count = r.u8();
    if (count > MAX_SUB_AUTHORITIES) throw new WireError(`SID with ${count} sub-authorities`);
    const authority = r.u16() * TWO_32 + r.u32();
    // 2.4.2.1: from 2^32 on in hexadecimal.
    let text = `S-1-${authority < TWO_32 ? authority : `0x${authority.toString(16).padStart(12, '0')}`}`;
    for (let index = 0; index < count; index++) text += `-${r.u32le()}`;
    return text;
  },
  write(w: Writer, value: string): void {
    if (!FORM.test(value)) throw new WireError(`${value} is not a SID`);
    const [authority, ...subAuthorities] = value.split('-').slice(2).map(Number) as [number, ...number[]];
    if (authority >= 2 ** 48 || subAuthorities.some((one) => one >= TWO_32))
      throw new WireError(`${value} is not a SID`);
    w.u8(REVISION);
    w.u8(subAuthorities.length);
    w.u16(Math.floor(authority / TWO_32));
    w.u32(authority % TWO_32);
    for (const subAuthority of subAuthorities) w.u32le(subAuthority);
  },
};
