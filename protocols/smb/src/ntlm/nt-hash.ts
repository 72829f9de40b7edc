import { md4 } from 'hash-wasm';

/** NTOWFv1: MD4 over the password in UTF-16LE (MS-NLMP 3.3.1), 16 bytes. What a server keeps of a user for NTLM. */
export async function ntHash(password: string): Promise<Uint8Array> {
  return Buffer.from(await md4(Buffer.from(password, 'utf16le')), 'hex');
}
