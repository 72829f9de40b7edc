import { readFileSync } from 'node:fs';
import { WireError } from '@polynas/core/wire';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decode, encode } from '../messages/whole.ts';
import { AceType, DescriptorControl, securityDescriptor } from './descriptor.ts';
import { sid } from './sid.ts';

const captured = JSON.parse(
  readFileSync(new URL('../test/captures/information.json', import.meta.url), 'utf8'),
) as Record<string, string[]>;

it('descriptors between smbtorture and smbd are decoded and encoded to the same bytes', () => {
  for (const hex of [...captured['query 3/0']!, ...captured['set 3/0']!]) {
    const value = decode(securityDescriptor, Buffer.from(hex, 'hex'));
    expect(value.dacl?.aces.length).toBeGreaterThan(0);
    expect(Buffer.from(encode(securityDescriptor, value)).toString('hex')).toBe(hex);
  }
});

it('SIDs have the form of MS-DTYP 2.4.2.1', () => {
  for (const [text, hex] of [
    ['S-1-1-0', '010100000000000100000000'],
    ['S-1-5-32-544', '01020000000000052000000020020000'],
    ['S-1-22-1-1000', '010200000000001601000000e8030000'],
    ['S-1-0x123456789abc-7', '0101123456789abc07000000'],
  ] as const) {
    expect(Buffer.from(encode(sid, text)).toString('hex')).toBe(hex);
    expect(decode(sid, Buffer.from(hex, 'hex'))).toBe(text);
  }
  for (const bad of [
    '',
    'S-2-1',
    'S-1',
    'S-1-5-x',
    'S-1-5-',
    'S-1--5',
    'S-1-5-4294967296',
    `S-1-5${'-1'.repeat(16)}`,
    'X-1-5-1',
  ]) {
    expect(() => encode(sid, bad), bad).toThrow(WireError);
  }
});

it('parts that leave their frame are refused', () => {
  const good = Buffer.from(
    encode(securityDescriptor, {
      control: DescriptorControl.DACL_PRESENT,
      owner: 'S-1-5-18',
      group: undefined,
      sacl: undefined,
      dacl: {
        aclRevision: 2,
        aces: [
          { aceType: AceType.ACCESS_ALLOWED, aceFlags: 0, mask: 0x1f01ff, sid: 'S-1-1-0' },
          { aceType: 5, aceFlags: 0, body: Buffer.alloc(8) },
        ],
      },
    }),
  );
  expect(decode(securityDescriptor, good).dacl?.aces).toHaveLength(2);
  // Offsets of owner and DACL, the ACL's size and count, the ACE's size, the SID's count.
  for (const [at, value] of [
    [4, 3],
    [4, 250],
    [16, 19],
    [16, 250],
    [34, 8],
    [36, 200],
    [42, 2],
    [42, 8],
    [42, 255],
    [49, 16],
    [49, 9],
  ] as const) {
    const bad = Buffer.from(good);
    bad[at] = value;
    expect(() => decode(securityDescriptor, bad), `${at} ${value}`).toThrow(WireError);
  }
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 6 }), (changes) => {
      const bytes = Buffer.from(good);
      for (const [at, value] of changes) bytes[at] = value;
      try {
        decode(securityDescriptor, bytes);
      } catch (error) {
        if (!(error instanceof WireError)) throw error;
      }
    }),
    { numRuns: 1000 },
  );
});
