import { expect, onTestFinished, test } from 'vitest';
import { fakeVolume } from '../testing/fake-volume.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

test.each([
  ['head', true],
  ['shared', false],
] as const)('writers: %s, a new file is described by calls at once: %s', async (writers, atOnce) => {
  const { volume, current } = await fakeVolume(writers);
  onTestFinished(() => volume.close());
  const mount = current();
  const setxattr = mount.setxattr;
  let running = 0;
  let most = 0;
  mount.setxattr = async (...given) => {
    running += 1;
    most = Math.max(most, running);
    await new Promise(setImmediate);
    running -= 1;
    return setxattr.apply(mount, given);
  };
  const xattrs = new Map(['user.a', 'user.b'].map((name) => [name, text('1')]));
  const file = { uid: 5, gid: 6, mode: 0o640, dosBits: 2, xattrs };
  const { attributes } = await volume.create({}, volume.root, text('a'), { kind: 'guarded' }, file);
  expect(most > 1).toBe(atOnce);
  expect((await volume.listxattr({}, attributes.id)).toSorted()).toEqual(['user.a', 'user.b']);
  expect(await volume.getattr({}, attributes.id)).toEqual(attributes);
});
