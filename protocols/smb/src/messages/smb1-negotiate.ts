import { Reader, WireError } from '@polynas/core/wire';
import { SMB1_PROTOCOL_ID } from './header.ts';

const SMB_COM_NEGOTIATE = 0x72;
const HEADER = 32;

/**
 * The dialect strings of an SMB1 multi-protocol negotiate (MS-CIFS 2.2.4.52.1), among which "SMB 2.002" and "SMB 2.???" ask for
 * SMB2 (MS-SMB2 3.3.5.3). Any other SMB1 message is a {@link WireError}.
 */
export function smb1NegotiateDialects(bytes: Uint8Array): readonly string[] {
  const r = new Reader(bytes);
  if (r.u32le() !== SMB1_PROTOCOL_ID || r.u8() !== SMB_COM_NEGOTIATE) throw new WireError('SMB1 is not served');
  r.seek(HEADER);
  if (r.u8() !== 0) throw new WireError('SMB1 negotiate with parameters');
  const list = Buffer.from(r.bytes(r.u16le()));
  const dialects: string[] = [];
  for (let at = 0; at < list.length;) {
    const end = list.indexOf(0, at);
    if (list[at] !== 2 || end < 0) throw new WireError('SMB1 dialect list');
    dialects.push(list.toString('latin1', at + 1, end));
    at = end + 1;
  }
  return dialects;
}
