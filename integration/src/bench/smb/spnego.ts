/** The two tokens of RFC 4178 that a client with NTLM alone sends, and what it looks for in those that it gets. */

const SPNEGO = Buffer.from('06062b0601050502', 'hex');
const NTLMSSP = Buffer.from('060a2b06010401823702020a', 'hex');

/** MechTypeList: NTLM alone. What mechListMIC is made over. */
export const mechanisms: Buffer = der(0x30, NTLMSSP);

/** NegTokenInit. */
export function initialToken(mechToken: Buffer): Buffer {
  const token = der(0xa2, der(0x04, mechToken));
  return der(0x60, SPNEGO, der(0xa0, der(0x30, der(0xa0, mechanisms), token)));
}

/** NegTokenResp. */
export function furtherToken(responseToken: Buffer, mechListMic: Buffer): Buffer {
  return der(0xa1, der(0x30, der(0xa2, der(0x04, responseToken)), der(0xa3, der(0x04, mechListMic))));
}

/** The NTLM message inside of a token: it begins with its signature and is the last of what matters. */
export function ntlmMessage(token: Buffer): Buffer {
  const at = token.indexOf('NTLMSSP\0', 0, 'latin1');
  if (at === -1) throw new Error(`no NTLM message in ${token.toString('hex')}`);
  return token.subarray(at, at + lengthBefore(token, at));
}

/** The length that stands right before `at`, short or of one or two bytes more (X.690 8.1.3). */
function lengthBefore(token: Buffer, at: number): number {
  if (token[at - 3] === 0x82) return token.readUInt16BE(at - 2);
  if (token[at - 2] === 0x81) return token.readUInt8(at - 1);
  return token.readUInt8(at - 1);
}

function der(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}
