import { type Gathered, WireError } from '@polynas/core/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Dialect } from '../messages/command.ts';
import { Cipher } from '../messages/negotiate-contexts/encryption.ts';
import { SigningAlgorithm } from '../messages/negotiate-contexts/signing.ts';
import { Cmac } from './cmac.ts';
import { directGcm } from './direct-gcm.ts';
import { Encryption } from './encryption.ts';
import { sessionKeys } from './key-derivation.ts';
import { PreauthIntegrity } from './preauth-integrity.ts';
import { Signing } from './signing.ts';

const bytes = (hex: string): Buffer => Buffer.from(hex.replace(/\s/g, ''), 'hex');
const hex = (value: Uint8Array): string => Buffer.from(value).toString('hex');
const whole = (value: Uint8Array): Gathered => ({ parts: [value], length: value.length });
const flat = (value: Gathered): Buffer => Buffer.concat(value.parts);

describe('AES-CMAC', () => {
  const cmac = new Cmac(bytes('2b7e151628aed2a6abf7158809cf4f3c'));
  const message = bytes(
    `6bc1bee22e409f96e93d7e117393172a ae2d8a571e03ac9c9eb76fac45af8e51
     30c81c46a35ce411e5fbc1191a0a52ef f69f2445df4f9b17ad2b417be66c3710`,
  );

  it('gives the values of RFC 4493 §4', () => {
    expect(hex(cmac.digest([]))).toBe('bb1d6929e95937287fa37d129b756746');
    expect(hex(cmac.digest([message.subarray(0, 16)]))).toBe('070a16b46b4d4144f79bdd9dd04a287c');
    expect(hex(cmac.digest([message.subarray(0, 40)]))).toBe('dfa66747de9ae63030ca32611497c827');
    expect(hex(cmac.digest([message]))).toBe('51f0bebf7e3b9d92fc49741779363cfe');
  });

  it('does not care how the message is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 70 }), { maxLength: 6 }), (parts) => {
        expect(hex(cmac.digest(parts))).toBe(hex(cmac.digest([Buffer.concat(parts)])));
      }),
    );
    // Small and large in turn: one message leaves no trace in the next.
    const sizes = fc.array(fc.nat(9000), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(sizes, fc.array(fc.nat(9000), { maxLength: 3 }), (lengths, cuts) => {
        for (const length of lengths) {
          const text = Buffer.alloc(length, length);
          const at = [0, ...cuts.map((cut) => Math.min(cut, length)).toSorted((a, b) => a - b), length];
          const parts = at.slice(1).map((end, index) => text.subarray(at[index], end));
          const fresh = new Cmac(bytes('2b7e151628aed2a6abf7158809cf4f3c'));
          expect(hex(cmac.digest(parts))).toBe(hex(fresh.digest([text])));
        }
      }),
    );
    const long = Buffer.alloc(50_001, 7);
    expect(hex(cmac.digest([long.subarray(0, 16_385), long.subarray(16_385)]))).toBe(hex(cmac.digest([long])));
  });
});

/** "SMB 2 and SMB 3 security in Windows 10: the anatomy of signing and cryptographic keys", Microsoft, 2017. */
describe('the published example of 3.1.1', () => {
  const preauth = bytes(
    `0DD13628CC3ED218EF9DF9772D436D0887AB9814BFAE63A80AA845F36909DB79
     28622DDDAD522D9751640A459762C5A9D6BB084CBB3CE6BDADEF5D5BCE3C6C01`,
  );
  const keys = sessionKeys(Dialect.SMB_3_1_1, bytes('270E1BA896585EEB7AF3472D3B4C75A7'), preauth, Cipher.AES_128_GCM);

  it('derives the keys', () => {
    expect(hex(keys.signingKey)).toBe('73fe7a9a77bef0bde49c650d8ccb5f76');
    // The example names them from the client's side.
    expect(hex(keys.decryptionKey)).toBe('629bcbc54422a0f572b97f45989b6073');
    expect(hex(keys.encryptionKey)).toBe('e2af0dcefac68da71a0dfbd0d1350d74');
    expect(hex(keys.applicationKey)).toBe('6d7ad7954e9ec61e907b4d473dc178ff');
  });

  it('signs the final SESSION_SETUP response', () => {
    const response = bytes(
      `FE534D4240000100000000000100800009000000000000000300000000000000FFFE000000000000
       1900000000100000EBE146DA120BA25FC3376A49DFE31BC10900000048001D00A11B3019A0030A01
       00A3120410010000003B453CDC3524164200000000`,
    );
    const signing = new Signing(SigningAlgorithm.AES_CMAC, keys.signingKey);
    expect(signing.verify(response, 'server')).toBe(true);
    const again = Buffer.from(response).fill(0, 48, 64);
    signing.sign([again.subarray(0, 70), again.subarray(70)], 'server');
    expect(hex(again)).toBe(hex(response));
    for (const at of [0, 47, 48, 63, 64, response.length - 1]) {
      const changed = Buffer.from(response);
      changed[at]! ^= 1;
      expect(signing.verify(changed, 'server')).toBe(false);
    }
    expect(signing.verify(response.subarray(0, 60), 'server')).toBe(false);
  });

  it('chains the hash over NEGOTIATE and SESSION_SETUP', () => {
    const connection = new PreauthIntegrity();
    connection.add(
      bytes(
        `FE534D4240000100000000000000800000000000000000000100000000000000FFFE000000000000
         00000000000000000000000000000000000000000000000024000500010000003F000000ECD86F32
         6276024F9F7752B89BB33F3A70000000020000000202100200030203110300000100260000000000
         0100200001003E38B8B81A9AFB172278056F4898FD09A1B9976A49B2D771161FCD4D40DF7D7D0000
         0200060000000000020002000100`,
      ),
    );
    expect(hex(connection.value)).toBe(
      'f035c2b2bab116e0dcf6a74e26670604d1bf6dda065913af7c30e93c1f025ac3' +
        'ce2dd44d4de26524a785e5d8e06af0be1c74296fef05b045c3793a12b32c49df',
    );
    const session = new PreauthIntegrity(
      bytes(
        `324BFA92A4F3A190E466EBEA08D9C110DC88BFED758D9846ECC6F541CC1D02AE
         3C94A79F36011E997E13F841B91B50957AD07B19C8E2539C0B23FDAE09D2C513`,
      ),
    ).fork();
    const setup = bytes(
      `FE534D4240000100000000000100800000000000000000000200000000000000FFFE000000000000
       00000000000000000000000000000000000000000000000019000001010000000000000058004A00
       0000000000000000604806062B0601050502A03E303CA00E300C060A2B06010401823702020AA22A
       04284E544C4D5353500001000000978208E200000000000000000000000000000000060380250000
       000F`,
    );
    session.add(setup.subarray(0, 64), setup.subarray(64));
    expect(hex(session.value)).toBe(
      'ac0b0f2b9986257700365e416d142a6edc96df03594a19e52a15f6bd0d041cd5' +
        'd432f8ed42c55e33197a50c9ec00f1462b50c592211b1471a04b56088fdfd5f9',
    );
  });
});

/** "Encryption in SMB 3.0: A protocol perspective", Microsoft, 2012. */
describe('the published example of 3.0', () => {
  const sessionId = 0x8e40014000011n;
  const keys = sessionKeys(Dialect.SMB_3_0, bytes('B4546771B515F766A86735532DD6C4F0'));
  const plain = bytes(
    `FE534D4240000100000000000900400008000000000000000400000000000000
     FFFE0000010000001100001400E4080000000000000000000000000000000000
     3100700017000000000000000000000015010000390000020100000039020000
     00000000000000007000000000000000536D623320656E6372797074696F6E20
     74657374696E67`,
  );
  const sealed = bytes(
    `FD534D4281A286535415445DAE393921E44FA42E66E69A111892584FB5ED524A744DA3EE
     87000000000001001100001400E40800
     25C8FEE16605A437832D1CD52DA9F4645333482A175FE5384563F45FCDAFAEF3
     8BC62BA4D5C62897996625A44C29BE5658DE2E6117585779E7B59FFD971278D0
     8580D7FA899E410E910EABF5AA1DB43050B33B49182637759AC15D84BFCDF5B6
     B238993C0F4CF4D6012023F6C627297075D84B7803912D0A9639634453595EF3
     E33FFE4E7AC2AB`,
  );

  it('derives the keys', () => {
    expect(hex(keys.signingKey)).toBe('f773cd23c18fd1e08ee510cada7cf852');
    expect(hex(keys.decryptionKey)).toBe('261b72350558f2e9dcf613070383edbf');
    expect(hex(keys.encryptionKey)).toBe('8fe2b57ec34d2db5b1a9727f526bbdb5');
    expect(hex(keys.applicationKey)).toBe('77432f808ce99156b5bc6a3676d730d1');
  });

  it('opens and seals the WRITE', () => {
    const server = new Encryption(Cipher.AES_128_CCM, sessionId, keys.encryptionKey, keys.decryptionKey);
    expect(hex(server.open(Buffer.from(sealed))!)).toBe(hex(plain));
    const client = new Encryption(Cipher.AES_128_CCM, sessionId, keys.decryptionKey, keys.encryptionKey);
    const nonce = bytes('66E69A111892584FB5ED524A744DA3EE');
    expect(hex(flat(client.sealWith(nonce, whole(plain))))).toBe(hex(sealed));
  });
});

it('derives keys of 32 bytes for AES-256, and none for encryption in 2.x', () => {
  const wide = sessionKeys(Dialect.SMB_3_1_1, Buffer.alloc(16, 1), Buffer.alloc(64), Cipher.AES_256_GCM);
  expect([wide.signingKey.length, wide.encryptionKey.length, wide.decryptionKey.length]).toEqual([16, 32, 32]);
  const old = sessionKeys(Dialect.SMB_2_1, Buffer.from('0102', 'hex'));
  expect(hex(old.signingKey)).toBe('0102' + '00'.repeat(14));
  expect(old.encryptionKey).toHaveLength(0);
});

const implementations = [
  { by: 'directly', gcm: directGcm() },
  { by: "by Node's own", gcm: null },
] as const;

describe.each(implementations)('encryption, $by', ({ gcm }) => {
  for (const [name, cipher] of Object.entries(Cipher)) {
    it(`${name}: opens what the other side sealed, and nothing else`, () => {
      const size = cipher >= Cipher.AES_256_CCM ? 32 : 16;
      const [a, b] = [Buffer.alloc(size, 1), Buffer.alloc(size, 2)];
      const server = new Encryption(cipher, 7n, a, b, gcm);
      const client = new Encryption(cipher, 7n, b, a, null);
      fc.assert(
        fc.property(
          fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { minLength: 1, maxLength: 4 }),
          (parts) => {
            const message = Buffer.concat(parts);
            const frame = flat(server.seal({ parts, length: message.length }));
            expect(hex(client.open(Buffer.from(frame))!)).toBe(hex(message));
            expect(hex(server.open(flat(client.seal(whole(message))))!)).toBe(hex(message));
            for (const at of [4, 20, 36, 42, 44, 52, frame.length - 1]) {
              const changed = Buffer.from(frame);
              changed[at]! ^= 1;
              expect(client.open(Buffer.from(changed))).toBeUndefined();
              expect(server.open(changed)).toBeUndefined();
            }
            expect(client.open(frame.subarray(0, -1))).toBeUndefined();
          },
        ),
        { numRuns: 20 },
      );
      expect(() => client.open(Buffer.alloc(20))).toThrow(WireError);
      const first = flat(server.seal(whole(Buffer.from('a'))));
      const second = flat(server.seal(whole(Buffer.from('a'))));
      expect(hex(first.subarray(20, 36))).not.toBe(hex(second.subarray(20, 36)));
    });
  }

  it('leaves bytes of others as they are, and seals those that are ours where they lie', () => {
    const [a, b] = [Buffer.alloc(16, 1), Buffer.alloc(16, 2)];
    const server = new Encryption(Cipher.AES_128_GCM, 7n, a, b, gcm);
    const client = new Encryption(Cipher.AES_128_GCM, 7n, b, a, null);
    const lent = Buffer.allocUnsafeSlow(600_000).fill(3);
    const others = Buffer.allocUnsafeSlow(5000).fill(4);
    const payload = lent.subarray(0, 500_001);
    const frame = server.seal({ parts: [Buffer.from('head'), payload, others], length: 505_005 }, [lent]);
    expect(frame.parts).toContain(payload);
    expect(payload.equals(Buffer.alloc(500_001, 3))).toBe(false);
    expect(lent.subarray(500_001).equals(Buffer.alloc(99_999, 3))).toBe(true);
    expect(others.equals(Buffer.alloc(5000, 4))).toBe(true);
    const plain = Buffer.concat([Buffer.from('head'), Buffer.alloc(500_001, 3), others]);
    expect(plain.equals(client.open(flat(frame))!)).toBe(true);
  });
});

describe.each(implementations)('GMAC, $by', ({ gcm }) => {
  const key = Buffer.alloc(16, 5);
  const signing = new Signing(SigningAlgorithm.AES_GMAC, key, gcm);
  const other = new Signing(SigningAlgorithm.AES_GMAC, key, null);

  it('signs what the other side verifies, however it is cut', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 64, maxLength: 9000 }), fc.nat(9000), (text, cut) => {
        const message = Buffer.from(text);
        const at = Math.min(64 + cut, message.length);
        signing.sign([message.subarray(0, at), message.subarray(at)], 'server');
        expect(other.verify(message, 'server')).toBe(true);
        expect(other.verify(message, 'client')).toBe(false);
        other.sign([message], 'client');
        const before = hex(message);
        expect(signing.verify(message, 'client')).toBe(true);
        expect(signing.verify(message, 'server')).toBe(false);
        for (const byte of [0, 24, 47, 48, 63, message.length - 1]) {
          message[byte]! ^= 1;
          expect(signing.verify(message, 'client')).toBe(false);
          message[byte]! ^= 1;
        }
        // Nobody who looks at the request finds it changed.
        expect(hex(message)).toBe(before);
      }),
      { numRuns: 50 },
    );
    expect(signing.verify(new Uint8Array(63), 'client')).toBe(false);
  });
});
