import { describe, expect, it } from 'vitest';
import type { Volume } from '../../src/spi/index.ts';
import { isBare } from '../flavour.ts';
import { aroundCalls, changedCalls, nothingAtHand } from '../changed-calls.ts';
import { mode, root, text } from '../world.ts';
import type { ObjectWorld } from './object-world.ts';
import { bodyOf, codeOf, contentOf, idAt, keysOf, leftovers, makeObjectWorld, md5, plain, s3 } from './object-world.ts';

type Step = 'lookup' | 'replace' | 'publish' | 'unlink' | 'setxattr' | 'rmdir' | 'listByName';

/** A world where a test can do something just before one step of the volume, once. */
async function makeInterrupted(replace: 'swap' | 'rename', publishing: 'replace' | 'publish') {
  let pending:
    | {
        readonly step: Step;
        readonly when: (given: readonly unknown[]) => boolean;
        readonly act: () => Promise<unknown>;
      }
    | undefined;
  const wrap = (volume: Volume): Volume =>
    aroundCalls(changedCalls(volume, nothingAtHand), async (name, given, go) => {
      if (pending !== undefined && pending.step === name && pending.when(given)) {
        const { act } = pending;
        pending = undefined;
        await act();
      }
      return go();
    });
  const world: ObjectWorld = await makeObjectWorld({
    wrap,
    traits: { replace, maxPublishBytes: publishing === 'publish' ? 65_536 : 0 },
  });
  const before = (
    step: Step,
    act: () => Promise<unknown>,
    when: (given: readonly unknown[]) => boolean = () => true,
  ): void => {
    pending = { step, when, act };
  };
  return { world, before, done: () => pending === undefined };
}

const named = (name: string) => (given: readonly unknown[]) =>
  given.some((each) => each instanceof Uint8Array && Buffer.from(each).toString() === name);

describe.each([
  ['swap', 'replace'],
  ['rename', 'replace'],
  ['swap', 'publish'],
  ['rename', 'publish'],
] as const)('between two steps, with %s by %s', (replace, publishing) => {
  it.skipIf(isBare())('a write by NFS defeats If-Match on what was there before', async () => {
    const { world, before, done } = await makeInterrupted(replace, publishing);
    const { objects, files } = world;
    await objects.put(s3, 1, 'k', bodyOf('1'), plain);
    const file = { share: 1, id: await idAt(world, 'k') };
    before(publishing, () => files.write(root, file, 0, [text('2')], 'file'));
    expect(await codeOf(objects.put(s3, 1, 'k', bodyOf('3'), plain, { ifMatch: [md5('1')] }))).toBe(
      'preconditionFailed',
    );
    before('unlink', () => files.write(root, file, 0, [text('4')], 'file'), named('k'));
    expect(await codeOf(objects.delete(s3, 1, 'k', { ifMatch: [md5('2')] }))).toBe('preconditionFailed');
    expect((await contentOf(objects, 'k')).toString()).toBe('4');
    expect(done()).toBe(true);
    expect(await leftovers(world)).toEqual([]);
  });

  it('a file that NFS makes defeats If-None-Match: *', async () => {
    const { world, before, done } = await makeInterrupted(replace, publishing);
    const { objects, files, top } = world;
    before(publishing, () => files.create(root, top, text('k'), { kind: 'guarded' }, mode(0o644)));
    expect(await codeOf(objects.put(s3, 1, 'k', bodyOf('1'), plain, { ifNoneMatch: ['*'] }))).toBe(
      'preconditionFailed',
    );
    expect((await contentOf(objects, 'k')).toString()).toBe('');
    expect(done()).toBe(true);
  });

  it('a file that NFS puts in place of the old one is judged by its own permissions', async () => {
    const { world, before } = await makeInterrupted(replace, publishing);
    const { objects, files, top } = world;
    await objects.put(s3, 1, 'k', bodyOf('1'), plain);
    before(publishing, async () => {
      await files.remove(root, top, text('k'));
      await files.create(root, top, text('k'), { kind: 'guarded' }, mode(0o600));
    });
    const other = { ...s3, principal: { ...s3.principal, uid: 5, gid: 5, superuser: false } };
    await world.volume.setattr({}, await idAt(world, 'k'), { mode: 0o666 });
    expect(await codeOf(objects.put(other, 1, 'k', bodyOf('2'), plain))).toBe('accessDenied');
  });

  it('a GET does not miss a file that steps aside or comes back', async () => {
    const { world, before, done } = await makeInterrupted(replace, publishing);
    const { objects } = world;
    await objects.put(s3, 1, 'a', bodyOf('file'), plain);
    await objects.put(s3, 1, 'a/b', bodyOf('below'), plain);
    // The plain name was looked up; before the alternate one is, the file takes the plain one.
    before('lookup', () => objects.delete(s3, 1, 'a/b'), named('%%oa'));
    expect((await contentOf(objects, 'a')).toString()).toBe('file');
    before('lookup', () => objects.put(s3, 1, 'a/b', bodyOf('below'), plain), named('a'));
    expect((await contentOf(objects, 'a')).toString()).toBe('file');
    expect(done()).toBe(true);
  });

  it.skipIf(isBare())('a listing does not miss a file that changes names', async () => {
    const { world, before, done } = await makeInterrupted(replace, publishing);
    const { objects } = world;
    for (let index = 0; index < 60; index += 1) await objects.put(s3, 1, `!${index}`, bodyOf('x'), plain);
    await objects.put(s3, 1, 'a', bodyOf('file'), plain);
    let pages = 0;
    before(
      'listByName',
      () => objects.put(s3, 1, 'a/b', bodyOf('below'), plain),
      () => (pages += 1) === 3,
    );
    expect(await keysOf(objects)).toContain('a');
    expect(done()).toBe(true);
  });

  it('a PUT into a directory that goes with its last key makes it again', async () => {
    const { world, before, done } = await makeInterrupted(replace, publishing);
    const { objects } = world;
    await objects.put(s3, 1, 'd/e/old', bodyOf('x'), plain);
    before(publishing, () => objects.delete(s3, 1, 'd/e/old'));
    await objects.put(s3, 1, 'd/e/new', bodyOf('y'), plain);
    expect(await keysOf(objects)).toEqual(['d/e/new']);
    before('rmdir', () => objects.put(s3, 1, 'd/e/newer', bodyOf('z'), plain));
    await objects.delete(s3, 1, 'd/e/new');
    expect(await keysOf(objects)).toEqual(['d/e/newer']);
    expect(done()).toBe(true);
  });

  it('a PUT beside the hashing of what was there before keeps its own record', async () => {
    const { world, before, done } = await makeInterrupted(replace, publishing);
    const { objects, files, top } = world;
    await files.create(root, top, text('k'), { kind: 'guarded' }, mode(0o644));
    // The record lock keeps the PUT out until the old content's record is stored: so it waits, and must not be waited for here.
    const waiting: Promise<unknown>[] = [];
    before('setxattr', async () => {
      waiting.push(objects.put(s3, 1, 'k', bodyOf('new'), plain));
      for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
    });
    await objects.head(s3, 1, 'k');
    await Promise.all(waiting);
    expect(await objects.head(s3, 1, 'k')).toMatchObject({ etag: md5('new'), metadata: plain });
    expect(done()).toBe(true);
  });
});
