import { Writer } from '@polynas/core/wire';
import { describe, expect, it } from 'vitest';
import { AuthFlavor, encodeAuthsysParms } from '../xdr/rpc.ts';
import { CredentialDecoder } from './credentials.ts';

function body(uid: number, stamp = 0): Uint8Array {
  const writer = new Writer();
  encodeAuthsysParms(writer, { stamp, machinename: Buffer.from('host'), uid, gid: 1, gids: [2, 3] });
  return Buffer.concat(writer.finish().parts);
}

describe('CredentialDecoder', () => {
  it('gives the same object for the same bytes, also of users that take turns', () => {
    const decoder = new CredentialDecoder();
    const first = decoder.decode(AuthFlavor.AUTH_SYS, body(1));
    const second = decoder.decode(AuthFlavor.AUTH_SYS, body(2));
    expect(first).toMatchObject({ flavor: 'sys', uid: 1, gid: 1, gids: [2, 3] });
    for (let turn = 0; turn < 3; turn++) {
      expect(decoder.decode(AuthFlavor.AUTH_SYS, body(1))).toBe(first);
      expect(decoder.decode(AuthFlavor.AUTH_SYS, body(2))).toBe(second);
    }
    expect(decoder.decode(AuthFlavor.AUTH_SYS, body(1, 5))).not.toBe(first);
  });

  it('forgets those that were not used for long', () => {
    const decoder = new CredentialDecoder();
    const first = decoder.decode(AuthFlavor.AUTH_SYS, body(0));
    for (let uid = 1; uid <= 16; uid++) decoder.decode(AuthFlavor.AUTH_SYS, body(uid));
    expect(decoder.decode(AuthFlavor.AUTH_SYS, body(0))).not.toBe(first);
    expect(decoder.decode(AuthFlavor.AUTH_SYS, body(0))).toEqual(first);
  });

  it('does not keep the bytes that it was given', () => {
    const decoder = new CredentialDecoder();
    const bytes = body(1);
    const first = decoder.decode(AuthFlavor.AUTH_SYS, bytes);
    bytes.fill(0xff);
    expect(decoder.decode(AuthFlavor.AUTH_SYS, body(1))).toBe(first);
  });
});
