import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LockKind, LockMode } from '../service/index.ts';
import type { HeldLock, LockAsk } from './lock-list.ts';
import { LockList } from './lock-list.ts';
import { lastByte } from './ranges.ts';

const opener = (owner: string) => ({ client: 'host', owner });

function ask(kind: LockKind, who: number, mode: LockMode, start: number, end: number): LockAsk {
  const range = { start: BigInt(start), end: BigInt(end) };
  const base = { kind, mode, range, opener: opener(`${kind}${who}`) };
  return kind === 'smb' ? { ...base, open: BigInt(who) } : base;
}

const held = (request: LockAsk): HeldLock => ({ ...request, door: 'test' });

/** The same rules on single bytes: one mode per POSIX owner and byte, and a plain list of SMB locks. */
class NaiveLocks {
  readonly posix = new Map<number, Map<number, LockMode>>();
  smb: { open: number; mode: LockMode; start: number; end: number }[] = [];

  constructor(bytes: number) {
    for (let byte = 0; byte < bytes; byte += 1) this.posix.set(byte, new Map());
  }

  lock(kind: LockKind, who: number, mode: LockMode, start: number, end: number): boolean {
    for (const lock of this.smb) {
      // Positions between bytes: an empty lock stands at one, and is hit by what lies on both sides of it.
      if (Math.max(start, lock.start) > Math.min(end, lock.end) && !inside(lock, start, end)) continue;
      if (lock.mode === 'shared' && mode === 'shared') continue;
      if (kind === 'smb' && lock.open === who && mode === 'shared') continue;
      return false;
    }
    for (const [byte, owners] of this.posix) {
      const touched = start <= end ? byte >= start && byte <= end : false;
      for (const [owner, theirs] of owners) {
        if (kind === 'posix' && owner === who) continue;
        const emptyInside =
          start > end && byte === end && this.posix.get(byte + 1)?.has(owner) && sameRun(this.posix, owner, byte);
        if ((touched || emptyInside) && (mode === 'exclusive' || theirs === 'exclusive')) return false;
      }
    }
    if (kind === 'smb') this.smb.push({ open: who, mode, start, end });
    else for (let byte = start; byte <= end; byte += 1) this.posix.get(byte)?.set(who, mode);
    return true;
  }

  unlock(kind: LockKind, who: number, start: number, end: number): boolean {
    if (kind === 'posix') {
      for (let byte = start; byte <= end; byte += 1) this.posix.get(byte)?.delete(who);
      return true;
    }
    const mine = this.smb.filter((lock) => lock.open === who && lock.start === start && lock.end === end);
    const gone = mine.find((lock) => lock.mode === 'exclusive') ?? mine[0];
    this.smb = this.smb.filter((lock) => lock !== gone);
    return gone !== undefined;
  }
}

function inside(lock: { start: number; end: number }, start: number, end: number): boolean {
  return start <= lock.end && lock.start <= end;
}

/** Whether two neighbouring bytes are one lock of the owner: of one mode they always merged. */
function sameRun(posix: Map<number, Map<number, LockMode>>, owner: number, byte: number): boolean {
  return posix.get(byte)?.get(owner) === posix.get(byte + 1)?.get(owner);
}

describe('LockList', () => {
  it('agrees with locks kept byte by byte', () => {
    const bytes = 10;
    const step = fc.record({
      act: fc.constantFrom('lock', 'lock', 'unlock'),
      kind: fc.constantFrom<LockKind>('posix', 'smb'),
      who: fc.integer({ min: 1, max: 3 }),
      mode: fc.constantFrom<LockMode>('shared', 'exclusive'),
      start: fc.integer({ min: 0, max: bytes - 1 }),
      length: fc.integer({ min: 0, max: 4 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const list = new LockList();
        const naive = new NaiveLocks(bytes);
        for (const { act, kind, who, mode, start, length } of steps) {
          if (kind === 'posix' && length === 0) continue;
          const end = Math.min(start + length, bytes) - 1;
          const request = ask(kind, who, mode, start, end);
          if (act === 'lock') {
            const free = list.firstConflict(request) === undefined;
            expect(free).toBe(naive.lock(kind, who, mode, start, end));
            if (free) list.add(held(request));
          } else if (kind === 'posix') {
            list.unlockPosix(request.opener, request.range);
            naive.unlock(kind, who, start, end);
          } else {
            expect(list.unlockSmb(BigInt(who), request.range)).toBe(naive.unlock(kind, who, start, end));
          }
        }
        for (let byte = 0; byte < bytes; byte += 1) {
          const owners = list
            .all()
            .filter((lock) => lock.kind === 'posix' && lock.range.start <= byte && lock.range.end >= byte)
            .map((lock) => [Number(lock.opener.owner.slice(5)), lock.mode]);
          expect(new Map(owners as [number, LockMode][])).toEqual(naive.posix.get(byte));
          expect(owners.length).toBe(naive.posix.get(byte)?.size);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('merges what one POSIX owner locks piece by piece, and splits it', () => {
    const list = new LockList();
    list.add(held(ask('posix', 1, 'exclusive', 0, 4)));
    list.add(held(ask('posix', 1, 'exclusive', 5, 9)));
    expect(list.all().map((lock) => lock.range)).toEqual([{ start: 0n, end: 9n }]);
    list.unlockPosix(opener('posix1'), { start: 3n, end: 5n });
    expect(list.all().map((lock) => lock.range)).toEqual([
      { start: 0n, end: 2n },
      { start: 6n, end: 9n },
    ]);
  });

  it('reaches to 2^64−1', () => {
    const list = new LockList();
    const all = { start: 0n, end: lastByte };
    list.add({ kind: 'posix', mode: 'exclusive', range: all, opener: opener('a'), door: 'nfs' });
    const end = { start: lastByte, end: lastByte };
    expect(list.firstConflict({ kind: 'posix', mode: 'shared', range: end, opener: opener('b') })?.range).toEqual(all);
    list.unlockPosix(opener('a'), { start: 0n, end: lastByte - 1n });
    expect(list.all().map((lock) => lock.range)).toEqual([end]);
  });

  it('lets empty SMB locks lie next to locks and conflict only within them', () => {
    const list = new LockList();
    list.add(held(ask('smb', 1, 'exclusive', 2, 5)));
    const empty = (at: number) => list.firstConflict(ask('smb', 2, 'exclusive', at, at - 1));
    expect(empty(2)).toBeUndefined();
    expect(empty(3)).toBeDefined();
    expect(empty(5)).toBeDefined();
    expect(empty(6)).toBeUndefined();
  });

  it('unlocks the exclusive lock of a stack first', () => {
    const list = new LockList();
    list.add(held(ask('smb', 1, 'exclusive', 0, 9)));
    expect(list.firstConflict(ask('smb', 1, 'shared', 0, 9))).toBeUndefined();
    list.add(held(ask('smb', 1, 'shared', 0, 9)));
    expect(list.firstConflict(ask('smb', 1, 'exclusive', 0, 9))).toBeDefined();
    expect(list.unlockSmb(1n, { start: 0n, end: 8n })).toBe(false);
    expect(list.unlockSmb(1n, { start: 0n, end: 9n })).toBe(true);
    expect(list.all().map((lock) => lock.mode)).toEqual(['shared']);
  });
});
