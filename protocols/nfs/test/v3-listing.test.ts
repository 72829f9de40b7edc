import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Entry3,
  type Entryplus3,
  Nfsstat3 as s,
  nfsV3Procedures as p,
  type Readdir3ResOk,
  type Readdirplus3ResOk,
  sizeReaddir3ResOk,
  sizeReaddirplus3ResOk,
} from '../src/xdr/nfs3.ts';
import { makeWorld, NO_VERIFIER, ok, type TestClient, text, unix, type World } from './world.ts';

let world: World;
let root: TestClient;
let top: Uint8Array;
let few: Uint8Array;
let many: Uint8Array;
const NAMES = ['a', 'bb', 'ccc', 'dddd', 'eeeee', 'n'.repeat(255), 'é', 'sub'];

beforeAll(async () => {
  world = await makeWorld();
  root = await world.client();
  top = await root.mount('/data');
  few = await root.mkdir(top, 'few', { mode: 0o755 });
  for (const name of NAMES) await (name === 'sub' ? root.mkdir(few, name) : root.create(few, name));
  many = await root.mkdir(top, 'many');
  const names = Array.from({ length: 10_000 }, (_, index) => `entry number ${index}`);
  for (let at = 0; at < names.length; at += 100) {
    await Promise.all(names.slice(at, at + 100).map((name) => root.create(many, name)));
  }
});
afterAll(async () => {
  await world.close();
  expect(world.faults).toEqual([]);
});

const readdir = async (dir: Uint8Array, cookie: bigint, count: number): Promise<Readdir3ResOk> =>
  ok(await root.nfs(p.NFSPROC3_READDIR, { dir, cookie, cookieverf: NO_VERIFIER, count }));
const readdirplus = async (
  dir: Uint8Array,
  cookie: bigint,
  dircount: number,
  maxcount: number,
): Promise<Readdirplus3ResOk> =>
  ok(await root.nfs(p.NFSPROC3_READDIRPLUS, { dir, cookie, cookieverf: NO_VERIFIER, dircount, maxcount }));

/** All entries, page by page. */
async function walk<Entry extends { readonly cookie: bigint }>(
  page: (cookie: bigint) => Promise<{ readonly reply: { readonly entries: readonly Entry[]; readonly eof: boolean } }>,
): Promise<Entry[]> {
  const all: Entry[] = [];
  for (;;) {
    const { entries, eof } = (await page(all.at(-1)?.cookie ?? 0n)).reply;
    all.push(...entries);
    if (eof) return all;
    expect(entries.length).toBeGreaterThan(0);
  }
}

const names = (entries: readonly { readonly name: Uint8Array }[]): string[] => entries.map(({ name }) => text(name));

describe('READDIR', () => {
  it('gives each entry once at any count, and no reply above it', async () => {
    for (let count = 400; count <= 1000; count += 13) {
      const entries = await walk<Entry3>(async (cookie) => {
        const page = await readdir(few, cookie, count);
        expect(sizeReaddir3ResOk(page)).toBeLessThanOrEqual(count);
        return page;
      });
      expect(names(entries).slice(0, 2)).toEqual(['.', '..']);
      expect(names(entries).slice(2).toSorted()).toEqual(NAMES.toSorted());
      expect(entries.slice(0, 2).map(({ cookie }) => cookie)).toEqual([1n, 2n]);
    }
  });

  it('uses the count to the last byte', async () => {
    const { reply, ...head } = await readdir(few, 0n, 65_536);
    for (let length = 1; length <= reply.entries.length; length++) {
      const entries = reply.entries.slice(0, length);
      const size = sizeReaddir3ResOk({ ...head, reply: { entries, eof: false } });
      expect((await readdir(few, 0n, size)).reply.entries.length).toBe(length);
      if (length > 1) expect((await readdir(few, 0n, size - 1)).reply.entries.length).toBe(length - 1);
    }
  });

  it('says TOOSMALL when not one entry fits', async () => {
    for (const count of [0, 100, 127]) {
      const args = { dir: few, cookie: 0n, cookieverf: NO_VERIFIER, count };
      expect(await root.nfs(p.NFSPROC3_READDIR, args)).toMatchObject({
        status: s.NFS3ERR_TOOSMALL,
        resfail: { dirAttributes: await root.getattr(few) },
      });
    }
    const empty = await root.mkdir(top, 'empty');
    const end = await readdir(empty, 2n, 128);
    expect(end.reply).toEqual({ entries: [], eof: true });
  });

  it('shows fileids as GETATTR does, and the directory', async () => {
    const { reply, dirAttributes } = await readdir(few, 0n, 65_536);
    expect(dirAttributes).toEqual(await root.getattr(few));
    const ids = new Map(reply.entries.map(({ name, fileid }) => [text(name), fileid]));
    expect(ids.get('.')).toBe(dirAttributes!.fileid);
    expect(ids.get('..')).toBe((await root.getattr(top)).fileid);
    for (const name of NAMES) {
      expect(ids.get(name)).toBe((await root.getattr(await root.lookup(few, name))).fileid);
    }
    const above = await readdir(top, 0n, 65_536);
    expect(above.reply.entries[0]!.fileid).toBe(above.reply.entries[1]!.fileid);
    expect(names(above.reply.entries)).not.toContain('.polynas');
  });

  it('refuses cookies that come with a verifier of others, and those out of range', async () => {
    const status = async (cookie: bigint, verifier: number, dir = few) => {
      const args = { dir, cookie, cookieverf: new Uint8Array(8).fill(verifier), count: 4096 };
      return (await root.nfs(p.NFSPROC3_READDIR, args)).status;
    };
    expect(await status(0n, 1)).toBe(s.NFS3_OK);
    expect(await status(1n, 1)).toBe(s.NFS3ERR_BAD_COOKIE);
    expect(await status(2n ** 64n - 1n, 0)).toBe(s.NFS3ERR_BAD_COOKIE);
    expect(await status(0n, 0, await root.lookup(few, 'a'))).toBe(s.NFS3ERR_NOTDIR);
  });

  it('needs read on the directory', async () => {
    const bob = await world.client(unix(1001));
    const hidden = await root.mkdir(top, 'hidden', { mode: 0o711 });
    const args = { dir: hidden, cookie: 0n, cookieverf: NO_VERIFIER, count: 4096 };
    expect(await bob.nfs(p.NFSPROC3_READDIR, args)).toMatchObject({ status: s.NFS3ERR_ACCES });
  });

  it.each([512, 4096, 65_536, 1_048_576])('walks 10,000 entries with count %i', async (count) => {
    const entries = await walk((cookie) => readdir(many, cookie, count));
    expect(new Set(names(entries)).size).toBe(10_002);
    expect(entries.length).toBe(10_002);
  });

  it('goes on where it was when entries come and go', async () => {
    const dir = await root.mkdir(top, 'moving');
    for (let index = 0; index < 100; index++) await root.create(dir, `f${index}`);
    let round = 0;
    const entries = await walk(async (cookie) => {
      const page = await readdir(dir, cookie, 512);
      await root.create(dir, `new${round}`);
      const gone = text(page.reply.entries.at(-1)!.name);
      if (gone.startsWith('f')) ok(await root.nfs(p.NFSPROC3_REMOVE, { object: { dir, name: Buffer.from(gone) } }));
      round++;
      return page;
    });
    const seen = names(entries).filter((name) => name.startsWith('f'));
    expect(seen.length).toBe(100);
    expect(new Set(seen).size).toBe(100);
  });
});

describe('READDIRPLUS', () => {
  it('gives attributes and handles as GETATTR and LOOKUP do', async () => {
    const { reply, dirAttributes } = await readdirplus(few, 0n, 65_536, 65_536);
    expect(dirAttributes).toEqual(await root.getattr(few));
    expect(reply.entries[0]).toMatchObject({ nameHandle: few, nameAttributes: dirAttributes });
    for (const { name, nameAttributes, nameHandle, fileid } of reply.entries.slice(2)) {
      expect(nameHandle).toEqual(await root.lookup(few, text(name)));
      expect(nameAttributes).toEqual(await root.getattr(nameHandle!));
      expect(nameAttributes!.fileid).toBe(fileid);
    }
  });

  it('keeps within maxcount, to the last byte', async () => {
    const { reply, ...head } = await readdirplus(few, 0n, 65_536, 65_536);
    for (let length = 1; length <= reply.entries.length; length++) {
      const entries = reply.entries.slice(0, length);
      const size = sizeReaddirplus3ResOk({ ...head, reply: { entries, eof: false } });
      expect((await readdirplus(few, 0n, 65_536, size)).reply.entries.length).toBe(length);
      if (length > 1) expect((await readdirplus(few, 0n, 65_536, size - 1)).reply.entries.length).toBe(length - 1);
    }
    const args = { dir: few, cookie: 0n, cookieverf: NO_VERIFIER, dircount: 4096, maxcount: 150 };
    expect(await root.nfs(p.NFSPROC3_READDIRPLUS, args)).toMatchObject({ status: s.NFS3ERR_TOOSMALL });
  });

  it('keeps within dircount, but gives an entry at least', async () => {
    const size = (entries: readonly Entryplus3[]): number =>
      entries.reduce((sum, { name }) => sum + 24 + Math.ceil(name.length / 4) * 4, 0);
    for (const dircount of [0, 1, 28, 56, 100, 500]) {
      const { entries, eof } = (await readdirplus(few, 0n, dircount, 65_536)).reply;
      expect(entries.length === 1 || size(entries) <= dircount).toBe(true);
      expect(eof).toBe(entries.length === NAMES.length + 2);
    }
    const all = await walk((cookie) => readdirplus(few, cookie, 60, 65_536));
    expect(names(all).slice(2).toSorted()).toEqual(NAMES.toSorted());
  });

  it('leaves attributes and handles out for who may not search', async () => {
    const bob = await world.client(unix(1001));
    const dir = await root.mkdir(top, 'readable', { mode: 0o704 });
    await root.create(dir, 'f');
    const args = { dir, cookie: 0n, cookieverf: NO_VERIFIER, dircount: 4096, maxcount: 4096 };
    const entry = ok(await bob.nfs(p.NFSPROC3_READDIRPLUS, args)).reply.entries.at(-1)!;
    expect(entry).toMatchObject({ nameAttributes: undefined, nameHandle: undefined });
    expect(text(entry.name)).toBe('f');
  });

  it('walks 10,000 entries with few calls', async () => {
    let calls = 0;
    const entries = await walk((cookie) => {
      calls++;
      return readdirplus(many, cookie, 1_048_576, 1_048_576);
    });
    expect(entries.length).toBe(10_002);
    expect(entries.slice(2).every(({ nameHandle }) => nameHandle !== undefined)).toBe(true);
    expect(calls).toBeLessThan(12);
  });
});
