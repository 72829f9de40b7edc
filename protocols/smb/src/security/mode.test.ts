import type { Attributes } from '@polynas/core/service';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Ace, AceFlag, AceType } from './descriptor.ts';
import { aclOfMode, modeOfAcl } from './mode.ts';

const file = (mode: number, type: 'file' | 'directory' = 'file'): Attributes =>
  ({ type, mode, uid: 1000, gid: 100 }) as Attributes;
const ace = (sid: string, mask: number, aceType: number = AceType.ACCESS_ALLOWED, aceFlags = 0): Ace => ({
  aceType,
  aceFlags,
  mask,
  sid,
});
const modeOf = (...aces: Ace[]): number | undefined => modeOfAcl({ aclRevision: 2, aces }, file(0));

const owner = 'S-1-22-1-1000';
const group = 'S-1-22-2-100';
const everyone = 'S-1-1-0';

describe('mode bits as an ACL', () => {
  it('names owner, group and everyone', () => {
    const { aces } = aclOfMode(file(0o640));
    expect(aces).toMatchObject([
      { sid: owner, mask: 0x001e_0180 | 0x0012_019f },
      { sid: group, mask: 0x0012_0089 },
      { sid: everyone, mask: 0 },
    ]);
  });

  it('comes back as the same mode, wherever nobody has less than everyone', () => {
    const ordered = fc.tuple(fc.nat(7), fc.nat(7), fc.nat(7)).map(([u, g, o]) => [u | g | o, g | o, o] as const);
    fc.assert(
      fc.property(ordered, fc.boolean(), fc.nat(7), ([u, g, o], directory, special) => {
        const given = file((special << 9) | (u << 6) | (g << 3) | o, directory ? 'directory' : 'file');
        expect(modeOfAcl(aclOfMode(given), given)).toBe(given.mode);
      }),
    );
  });
});

describe('ACLs as mode bits', () => {
  it('everyone is also owner and group', () => {
    expect(modeOf(ace(everyone, 0x0012_0089))).toBe(0o444);
    expect(modeOf(ace(owner, 0x001f_01ff), ace(everyone, 0x0012_00a9))).toBe(0o755);
    expect(modeOf(ace('S-1-5-11', 0x8000_0000))).toBe(0o444);
  });

  it('the first entry that speaks of a right decides', () => {
    const deny = ace(group, 0x2, AceType.ACCESS_DENIED);
    expect(modeOf(deny, ace(everyone, 0x0012_019f))).toBe(0o646);
    expect(modeOf(ace(everyone, 0x0012_019f), deny)).toBe(0o666);
  });

  it('an absent ACL lets everybody, an empty one nobody', () => {
    expect(modeOfAcl(undefined, file(0o1000))).toBe(0o1777);
    expect(modeOf()).toBe(0);
  });

  it('templates and administrators are passed over', () => {
    expect(modeOf(ace('S-1-5-18', 0x1f01ff), ace('S-1-5-32-544', 0x1f01ff), ace(owner, 0x1f01ff))).toBe(0o700);
    expect(modeOf(ace('S-1-3-0', 0x1f01ff, 0, AceFlag.INHERIT_ONLY), ace(owner, 0x1f01ff))).toBe(0o700);
  });

  it('what mode bits cannot say is refused', () => {
    expect(modeOf(ace('S-1-22-1-1001', 1))).toBeUndefined();
    expect(modeOf(ace('S-1-22-2-101', 1))).toBeUndefined();
    expect(modeOf(ace('S-1-5-21-1-2-3-500', 1))).toBeUndefined();
    expect(modeOf({ aceType: 5, aceFlags: 0, body: new Uint8Array(8) })).toBeUndefined();
    expect(modeOf(ace(everyone, 1, AceType.SYSTEM_AUDIT))).toBeUndefined();
  });
});
