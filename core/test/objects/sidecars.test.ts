import { describe, expect, it } from 'vitest';
import { Sidecars } from '../../src/namespace/sidecars.ts';
import { cephFlavour } from '../flavour.ts';
import type { CompletedPart } from '../../src/service/index.ts';
import type { Volume } from '../../src/spi/index.ts';
import type { World } from '../world.ts';
import { root, text } from '../world.ts';
import { aroundCalls, changedCalls } from '../changed-calls.ts';
import type { ObjectWorld } from './object-world.ts';
import { bodyOf, codeOf, contentOf, idAt, leftovers, makeObjectWorld, md5, plain, s3 } from './object-world.ts';

const tight = {
  ...cephFlavour,
  traits: { ...cephFlavour.traits, maxXattrBytes: 32_768, maxXattrTotalBytes: 56_000 },
  minimumPartSize: 1,
};
const count = 900;

/** 900 parts, of which more is known than an extended attribute holds. */
async function begun({ objects }: ObjectWorld, key: string): Promise<{ id: string; named: CompletedPart[] }> {
  const { id } = await objects.createUpload(s3, 1, key, plain);
  const named: CompletedPart[] = [];
  for (let number = 1; number <= count; number += 1) {
    const { etag } = await objects.putPart(s3, 1, key, id, number, bodyOf(String(number % 10)));
    named.push({ number, etag });
  }
  return { id, named };
}

/** An object of them. */
async function upload(world: ObjectWorld, key: string): Promise<string> {
  const { objects } = world;
  const { id, named } = await begun(world, key);
  return (await objects.completeUpload(s3, 1, key, id, named)).etag;
}

const sidecarsIn = async (world: World): Promise<string[]> =>
  (await leftovers(world)).filter((path) => path.startsWith('sidecars/'));
const ids = (...files: bigint[]): string[] => files.map((id) => `sidecars/${id.toString(16)}`);

describe('what is kept of an object beyond the room for extended attributes', () => {
  it('lies beside it, and is all there, also after a restart and a foreign chmod', async () => {
    const world = await makeObjectWorld(tight);
    const { objects } = world;
    const etag = await upload(world, 'k');
    const id = await idAt(world, 'k');
    expect(await sidecarsIn(world)).toEqual(ids(id));
    for (const each of [objects, world.restarted()]) {
      const info = await each.head(s3, 1, 'k');
      expect(info.etag).toBe(etag);
      expect(info.parts?.length).toBe(count);
      expect(info.parts?.[10]).toMatchObject({ number: 11, size: 1, etag: md5('1') });
    }
    await world.inner.setattr({}, id, { mode: 0o600 });
    expect(await world.restarted().head(s3, 1, 'k')).toMatchObject({ etag, parts: { length: count } });
  });

  it('leaves room for what clients keep there', async () => {
    const world = await makeObjectWorld(tight);
    const { objects, files, top } = world;
    const file = await world.file('k', {}, 'before');
    await files.setxattr(root, file, 'user.large', new Uint8Array(32_000), 'either');
    await upload(world, 'k');
    const { attributes } = await files.lookup(root, top, text('k'));
    expect((await files.getxattr(root, { share: 1, id: attributes!.id }, 'user.large'))?.length).toBe(32_000);
    expect((await objects.head(s3, 1, 'k')).parts?.[0]?.etag).toBe(md5('1'));
  });

  it('goes with it: removed, replaced, taken over, expired with its last name', async () => {
    const world = await makeObjectWorld(tight);
    const { objects, files, top } = world;
    await upload(world, 'deleted');
    await objects.delete(s3, 1, 'deleted');
    await upload(world, 'removed');
    await files.remove(root, top, text('removed'));
    await upload(world, 'replaced');
    await objects.put(s3, 1, 'replaced', bodyOf('x'), plain);
    await upload(world, 'covered');
    await world.file('cover');
    await files.rename(root, top, text('cover'), top, text('covered'));
    expect(await sidecarsIn(world)).toEqual([]);
    await upload(world, 'again');
    const etag = await upload(world, 'again');
    expect(await sidecarsIn(world)).toEqual(ids(await idAt(world, 'again')));
    await files.link(root, { share: 1, id: await idAt(world, 'again') }, top, text('second'));
    await files.remove(root, top, text('again'));
    expect(await objects.head(s3, 1, 'second')).toMatchObject({ etag, parts: { length: count } });
    await files.rename(root, top, text('second'), top, text('third'));
    expect(await objects.head(s3, 1, 'third')).toMatchObject({ etag, parts: { length: count } });
    await files.remove(root, top, text('third'));
    expect(await sidecarsIn(world)).toEqual([]);
  });

  it('holds manifests of any length that a dialect has, and is not left behind by what failed', async () => {
    const world = await makeObjectWorld(tight);
    const { objects } = world;
    await objects.put(s3, 1, 'piece', bodyOf('one'), plain);
    const piece = { share: 1, key: 'piece' };
    const manifest = Buffer.alloc(500_000, 'manifest');
    await objects.compose(s3, 1, 'c', [piece, piece], plain, { manifest });
    expect(Buffer.from((await objects.manifest(s3, 1, 'c'))!).equals(manifest)).toBe(true);
    expect(Buffer.from((await world.restarted().manifest(s3, 1, 'c'))!).equals(manifest)).toBe(true);
    expect((await contentOf(objects, 'c')).toString()).toBe('oneone');
    const before = await sidecarsIn(world);
    const conditions = { ifMatch: ['none'] };
    expect(await codeOf(objects.compose(s3, 1, 'c', [piece], plain, { manifest, conditions }))).toBe(
      'preconditionFailed',
    );
    expect(
      await codeOf(objects.compose(s3, 1, 'c', [piece], plain, { manifest, conditions: { ifMatch: [md5('x')] } })),
    ).toBe('preconditionFailed');
    expect(await sidecarsIn(world)).toEqual(before);
    expect((await leftovers(world)).filter((path) => path.includes('t-'))).toEqual([]);
  });

  it('is not left behind by a completion that is refused, and is there when the upload is completed after all', async () => {
    let meanwhile: (() => Promise<unknown>) | undefined;
    const wrap = (volume: Volume): Volume =>
      changedCalls(volume, {
        replace: async (...given) => {
          const answer = await volume.replace(...given);
          const next = meanwhile;
          meanwhile = undefined;
          await next?.();
          return answer;
        },
      });
    const world = await makeObjectWorld({ ...tight, wrap });
    const { objects } = world;
    const { etag: before } = await objects.put(s3, 1, 'k', bodyOf('before'), plain);
    const { id, named } = await begun(world, 'k');
    // When the sidecar has got its name, the object changes.
    meanwhile = () => objects.put(s3, 1, 'k', bodyOf('other'), plain);
    const conditions = { ifMatch: [before] };
    expect(await codeOf(objects.completeUpload(s3, 1, 'k', id, named, { conditions }))).toBe('preconditionFailed');
    expect(await sidecarsIn(world)).toEqual([]);
    const { etag } = await objects.completeUpload(s3, 1, 'k', id, named);
    expect(await world.restarted().head(s3, 1, 'k')).toMatchObject({ etag, parts: { length: count } });
    expect(await sidecarsIn(world)).toEqual(ids(await idAt(world, 'k')));
    expect(world.reported).toEqual([]);
  });

  it('is swept when a crash left it behind, and its file is never taken for another that it was about', async () => {
    const world = await makeObjectWorld(tight);
    const { objects, parts } = world;
    const etag = await upload(world, 'k');
    const id = await idAt(world, 'k');
    const mount = parts.mounts.get(1);
    const gone = await world.file('gone');
    const prepared = parts.sidecars.prepare(new Map([['trusted.polynas.parts', text('others')]]));
    await parts.sidecars.keep(mount, {}, gone.id, prepared);
    await world.inner.unlink({}, world.top.id, text('gone'));
    const fresh = new Sidecars(
      parts.system,
      (length) => new Uint8Array(length),
      () => undefined,
    );
    expect(await fresh.sweep(mount)).toBe(1);
    expect(await sidecarsIn(world)).toEqual(ids(id));
    // Another token: what it says is not of this object.
    await parts.sidecars.keep(mount, {}, id, prepared);
    const info = await world.restarted().head(s3, 1, 'k');
    expect(info.etag).toBe(etag);
    const held = (await world.inner.getxattr({}, id, 'trusted.polynas.parts'))!;
    expect(await fresh.valueOf(mount, {}, id, 'trusted.polynas.parts', held)).toBeUndefined();
    expect((await objects.head(s3, 1, 'k')).parts?.length).toBe(count);
    expect(world.reported).toEqual([]);
  });

  it('is not looked for in a share that never had any', async () => {
    let looks = 0;
    const world = await makeObjectWorld({
      ...tight,
      wrap: (volume) =>
        aroundCalls(volume, (name, given, go) => {
          if (name === 'lookup' && given[2] instanceof Uint8Array && Buffer.from(given[2]).equals(text('sidecars')))
            looks += 1;
          return go();
        }),
    });
    for (let index = 0; index < 5; index += 1) {
      await world.objects.put(s3, 1, `k${index}`, bodyOf('x'), plain);
      await world.objects.delete(s3, 1, `k${index}`);
    }
    expect(looks).toBeLessThanOrEqual(1);
  });
});
