import { createHmac } from 'node:crypto';
import { Reader, WireError } from '@polynas/core/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode, encode } from '../messages/whole.ts';
import { NtlmFlag } from './flags.ts';
import { ntlmAuthenticate, ntlmChallenge, ntlmNegotiate } from './messages.ts';
import { ntHash } from './nt-hash.ts';
import { Rc4 } from './rc4.ts';
import { sealKey, signKey } from './session-security.ts';
import { AvId, findAv, targetInfo } from './target-info.ts';
import { clientChallenge, responseKey, verifyResponse } from './v2.ts';

const bytes = (hex: string): Buffer => Buffer.from(hex.replace(/\s/g, ''), 'hex');
const hex = (value: Uint8Array): string => Buffer.from(value).toString('hex');

describe('RC4', () => {
  /** The stream at an offset. */
  const stream = (key: string, offset: number): string => {
    const rc4 = new Rc4(bytes(key));
    rc4.update(new Uint8Array(offset));
    return hex(rc4.update(new Uint8Array(16)));
  };

  it('gives the streams of RFC 6229', () => {
    expect(stream('0102030405', 0)).toBe('b2396305f03dc027ccc3524a0a1118a8');
    expect(stream('0102030405', 240)).toBe('28cb1132c96ce286421dcaadb8b69eae');
    expect(stream('0102030405', 4096)).toBe('ff25b58995996707e51fbdf08b34d875');
    expect(stream('0102030405060708090a0b0c0d0e0f10', 0)).toBe('9ac7cc9a609d1ef7b2932899cde41b97');
    expect(stream('0102030405060708090a0b0c0d0e0f10', 4096)).toBe('a36a4c301ae8ac13610ccbc12256cacc');
  });
});

/** MS-NLMP 4.2.1 and 4.2.4. */
describe('the NTLMv2 example of MS-NLMP', () => {
  const serverChallenge = bytes('0123456789abcdef');
  const temp = bytes(
    `0101000000000000 0000000000000000 aaaaaaaaaaaaaaaa 00000000
     02000c0044006f006d00610069006e00 01000c00530065007200760065007200 00000000 00000000`,
  );
  const response = Buffer.concat([bytes('68cd0ab851e51c96aabc927bebef6a1c'), temp]);
  const flags = 0xe28a8233;

  it('makes the NT hash and the response key', async () => {
    const hash = await ntHash('Password');
    expect(hex(hash)).toBe('a4f49c406510bdcab6824ee7c30fd852');
    expect(hex(responseKey(hash, 'User', 'Domain'))).toBe('0c868a403bfd7a93a3001ef22ef02e3f');
  });

  it('accepts the response and gives the session base key', () => {
    const key = bytes('0c868a403bfd7a93a3001ef22ef02e3f');
    expect(hex(verifyResponse(key, serverChallenge, response)!)).toBe('8de40ccadbc14a82f15cb0ad0de95ca3');
    const sessionBaseKey = createHmac('md5', key).update(response.subarray(0, 16)).digest();
    expect(hex(sessionBaseKey)).toBe('8de40ccadbc14a82f15cb0ad0de95ca3');
    const wrong = Buffer.from(response);
    wrong[40]! ^= 1;
    expect(verifyResponse(key, serverChallenge, wrong)).toBeUndefined();
    expect(verifyResponse(key, bytes('0123456789abcdee'), response)).toBeUndefined();
    expect(verifyResponse(key, serverChallenge, response.subarray(0, 24))).toBeUndefined();
  });

  it('reads the client challenge', () => {
    const client = clientChallenge(response);
    expect(hex(client.challengeFromClient)).toBe('aaaaaaaaaaaaaaaa');
    expect(findAv(client.avPairs, AvId.NB_DOMAIN_NAME)?.length).toBe(12);
    expect(findAv(client.avPairs, AvId.TIMESTAMP)).toBeUndefined();
  });

  it('exchanges the key', () => {
    const rc4 = new Rc4(bytes('8de40ccadbc14a82f15cb0ad0de95ca3'));
    expect(hex(rc4.update(bytes('c5dad2544fc9799094ce1ce90bc9d03e')))).toBe('55'.repeat(16));
  });

  it('makes signing and sealing keys, and the signature of the sealed message', () => {
    const exported = Buffer.alloc(16, 0x55);
    expect(hex(signKey(exported, 'client'))).toBe('4788dc861b4782f35d43fd98fe1a2d39');
    const sealing = sealKey(flags, exported, 'client');
    expect(hex(sealing)).toBe('59f600973cc4960a25480a7c196e4c58');
    const rc4 = new Rc4(sealing);
    const plain = Buffer.from('Plaintext', 'utf16le');
    expect(hex(rc4.update(plain))).toBe('54e50165bf1936dc996020c1811b0f06fb5f');
    const mac = createHmac('md5', signKey(exported, 'client')).update(Buffer.alloc(4)).update(plain).digest();
    expect(hex(rc4.update(mac.subarray(0, 8)))).toBe('7fb38ec5c55d4976');
  });

  it('reads and writes the CHALLENGE_MESSAGE', () => {
    const message = bytes(
      `4e544c4d53535000 02000000 0c000c0038000000 33828ae2 0123456789abcdef 0000000000000000
       2400240044000000 06007017 0000000f 530065007200760065007200
       02000c0044006f006d00610069006e00 01000c00530065007200760065007200 00000000`,
    );
    const value = decode(ntlmChallenge, message);
    expect(value).toMatchObject({ negotiateFlags: flags, targetName: 'Server' });
    expect(hex(encode(ntlmChallenge, value))).toBe(hex(message));
    expect(hex(encode(targetInfo, decode(targetInfo, value.targetInfo)))).toBe(hex(value.targetInfo));
  });

  it('reads and writes the AUTHENTICATE_MESSAGE', () => {
    const message = Buffer.concat([
      bytes(
        `4e544c4d53535000 03000000 180018006c000000 5400540084000000 0c000c0048000000 0800080054000000
         100010005c000000 10001000d8000000 358288e2 0501280a0000000f
         44006f006d00610069006e00 5500730065007200 43004f004d0050005500540045005200
         86c35097ac9cec102554764a57cccc19aaaaaaaaaaaaaaaa`,
      ),
      response,
      bytes('c5dad2544fc9799094ce1ce90bc9d03e'),
    ]);
    const value = decode(ntlmAuthenticate, message);
    expect(value).toMatchObject({ userName: 'User', domainName: 'Domain', workstation: 'COMPUTER' });
    expect(value.version).toHaveLength(8);
    expect(value.mic).toHaveLength(0);
    expect(hex(encode(ntlmAuthenticate, value))).toBe(hex(message));
  });
});

it('any bytes are a value or a WireError', () => {
  const body = fc.uint8Array({ maxLength: 120 });
  fc.assert(
    fc.property(fc.constantFrom(1, 2, 3), body, fc.boolean(), (type, rest, begun) => {
      const message = begun ? Buffer.concat([Buffer.from('NTLMSSP\0'), Uint8Array.of(type, 0, 0, 0), rest]) : rest;
      for (const read of [
        () => decode(ntlmNegotiate, message),
        () => decode(ntlmChallenge, message),
        () => decode(ntlmAuthenticate, message),
        () => targetInfo.read(new Reader(rest)),
        () => clientChallenge(message),
      ]) {
        try {
          read();
        } catch (error) {
          if (!(error instanceof WireError)) throw error;
        }
      }
    }),
    { numRuns: 1000 },
  );
  expect(NtlmFlag.KEY_56).toBe(2 ** 31);
});
