import { expect, it } from 'vitest';
import { encode } from '../messages/whole.ts';
import { identityOf, machineSid, sidOfGid, sidOfUid, WellKnownSid } from './identity.ts';
import { sid } from './sid.ts';

it('numbers survive the way through a SID', () => {
  for (const number of [0, 1, 1000, 65534, 0xffff_ffff]) {
    expect(identityOf(sidOfUid(number))).toEqual({ kind: 'user', uid: number });
    expect(identityOf(sidOfGid(number))).toEqual({ kind: 'group', gid: number });
    expect(encode(sid, sidOfUid(number))).toHaveLength(16);
  }
  expect(identityOf('S-1-5-88-1-1000')).toEqual({ kind: 'user', uid: 1000 });
  expect(identityOf('S-1-5-88-2-100')).toEqual({ kind: 'group', gid: 100 });
});

it('other SIDs are nobody of ours', () => {
  for (const other of [...Object.values(WellKnownSid), 'S-1-22-1', 'S-1-22-3-5', 'S-1-22-1-1000-1', 'S-1-22']) {
    expect(identityOf(other), other).toBeUndefined();
  }
});

it('the account domain of a server is made from its GUID', () => {
  const guid = Uint8Array.from({ length: 16 }, (_, index) => index);
  expect(machineSid(guid)).toBe('S-1-5-21-117835012-185207048-252579084');
  expect(encode(sid, machineSid(guid))).toHaveLength(24);
});
