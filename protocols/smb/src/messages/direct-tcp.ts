import { type Reader, WireError, type Writer } from '@polynas/core/wire';

/** Bytes of the transport packet header (MS-SMB2 2.1): a zero byte and the length in 24 bits, big-endian. */
export const TRANSPORT_HEADER_SIZE = 4;
/** The largest length that 24 bits hold, in bytes. */
export const MAX_TRANSPORT_LENGTH = 0xff_ffff;

/** Reads a transport packet header and returns the length of what follows, in bytes. */
export function readTransportHeader(r: Reader): number {
  const word = r.u32();
  // A NetBIOS session service has message types here (RFC 1002 §4.3.1), which direct TCP has not.
  if (word > MAX_TRANSPORT_LENGTH) throw new WireError('not a direct TCP packet');
  return word;
}

export function writeTransportHeader(w: Writer, length: number): void {
  if (length > MAX_TRANSPORT_LENGTH) throw new WireError(`transport packet of ${length} bytes`);
  w.u32(length);
}
