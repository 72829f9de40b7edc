import { hash } from 'node:crypto';
import { shortHmac } from '../crypto/short-hmac.ts';
import { NtlmFlag } from './flags.ts';
import { Rc4 } from './rc4.ts';

const magic = (from: string, to: string, kind: string): Uint8Array =>
  Buffer.from(`session key to ${from}-to-${to} ${kind} key magic constant\0`, 'latin1');

const MAGIC = {
  client: { sign: magic('client', 'server', 'signing'), seal: magic('client', 'server', 'sealing') },
  server: { sign: magic('server', 'client', 'signing'), seal: magic('server', 'client', 'sealing') },
};

const md5 = (...parts: readonly Uint8Array[]): Uint8Array => hash('md5', Buffer.concat(parts), 'buffer');

/** SIGNKEY (MS-NLMP 3.4.5.2) with extended session security. */
export function signKey(exportedSessionKey: Uint8Array, side: 'client' | 'server'): Uint8Array {
  return md5(exportedSessionKey, MAGIC[side].sign);
}

/** SEALKEY (MS-NLMP 3.4.5.3) with extended session security: as much of the key as was negotiated. */
export function sealKey(flags: number, exportedSessionKey: Uint8Array, side: 'client' | 'server'): Uint8Array {
  let bytes = 5;
  if ((flags & NtlmFlag.KEY_128) !== 0) bytes = 16;
  else if ((flags & NtlmFlag.KEY_56) !== 0) bytes = 7;
  return md5(exportedSessionKey.subarray(0, bytes), MAGIC[side].seal);
}

/** Signatures of one side (MS-NLMP 3.4.4.2), as mechListMIC needs them. Each one uses up a sequence number. */
export class MessageSigner {
  private readonly signingKey: Uint8Array;
  private readonly sealing: Rc4 | undefined;
  private sequence = 0;

  constructor(flags: number, exportedSessionKey: Uint8Array, side: 'client' | 'server') {
    this.signingKey = signKey(exportedSessionKey, side);
    this.sealing = (flags & NtlmFlag.KEY_EXCH) !== 0 ? new Rc4(sealKey(flags, exportedSessionKey, side)) : undefined;
  }

  /** NTLMSSP_MESSAGE_SIGNATURE (MS-NLMP 2.2.2.9.2), 16 bytes. */
  sign(message: Uint8Array): Uint8Array {
    const sequence = Buffer.alloc(4);
    sequence.writeUInt32LE(this.sequence);
    this.sequence += 1;
    const full = shortHmac('md5', this.signingKey, sequence, message).subarray(0, 8);
    const checksum = this.sealing === undefined ? full : this.sealing.update(full);
    const out = Buffer.alloc(16);
    out.writeUInt32LE(1);
    out.set(checksum, 4);
    out.set(sequence, 12);
    return out;
  }
}
