import type { Reader, Writer } from '@polynas/core/wire';
import type { Codec } from '../codec.ts';

/** SHA-512, the only HashAlgorithm there is. */
export const SHA_512 = 0x0001;

/** SMB2_PREAUTH_INTEGRITY_CAPABILITIES (MS-SMB2 2.2.3.1.1 and 2.2.4.1.1). */
export interface PreauthIntegrityCapabilities {
  readonly hashAlgorithms: readonly number[];
  readonly salt: Uint8Array;
}

export const preauthIntegrityCapabilities: Codec<PreauthIntegrityCapabilities> = {
  read(r: Reader): PreauthIntegrityCapabilities {
    const count = r.u16le();
    const saltLength = r.u16le();
    const hashAlgorithms: number[] = [];
    for (let index = 0; index < count; index++) hashAlgorithms.push(r.u16le());
    return { hashAlgorithms, salt: r.bytes(saltLength) };
  },
  write(w: Writer, value: PreauthIntegrityCapabilities): void {
    w.u16le(value.hashAlgorithms.length);
    w.u16le(value.salt.length);
    for (const algorithm of value.hashAlgorithms) w.u16le(algorithm);
    w.bytes(value.salt);
  },
};
