import type { Attributes, Volume } from '@polynas/core/spi';
import { expect, onTestFinished, test } from 'vitest';
import type { Mount } from '../native/mount-api.ts';
import type { FakeVolume } from '../testing/fake-volume.ts';
import { fakeVolume } from '../testing/fake-volume.ts';

const call = {};
const owner = { uid: 0, gid: 0, mode: 0o644 };
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const xattrs = new Map([['user.x', text('value')]]);

async function opened(): Promise<FakeVolume> {
  const fake = await fakeVolume();
  onTestFinished(() => fake.volume.close());
  return fake;
}

/** The next call of that name is done, and answered when this says so. */
function held({ current }: FakeVolume, name: keyof Mount): { readonly reached: Promise<void>; release(): void } {
  const mount = current();
  const [reached, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  mount.after = async (called) => {
    if (called !== name) return;
    reached.resolve();
    await released.promise;
  };
  const release = (): void => released.resolve();
  onTestFinished(release);
  return { reached: reached.promise, release };
}

const make = (volume: Volume, name: string) =>
  volume.create(call, volume.root, text(name), { kind: 'guarded' }, { ...owner, xattrs });

const looks = (volume: Volume, name: string): Promise<Attributes | undefined> =>
  volume.lookup(call, volume.root, text(name));

// A client keeps what it is told of a name for as long as the directory is as it was when it was told so.
const changes = [
  { what: 'setxattr', change: (volume: Volume) => make(volume, 'new'), name: 'new', there: true },
  {
    what: 'unlink',
    change: (volume: Volume) => volume.unlink(call, volume.root, text('old')),
    name: 'old',
    there: false,
  },
  {
    what: 'rename',
    change: (volume: Volume) => volume.rename(call, volume.root, text('old'), volume.root, text('new')),
    name: 'new',
    there: true,
  },
  {
    what: 'link',
    change: async (volume: Volume) => volume.link(call, (await looks(volume, 'old'))!.id, volume.root, text('new')),
    name: 'new',
    there: true,
  },
] as const;

test.each(changes)(
  'whatIsToldOfAName_isNoOlderThanItsDirectory_during_$what',
  async ({ what, change, name, there }) => {
    const fake = await opened();
    const { volume } = fake;
    await make(volume, 'old');
    expect((await looks(volume, name)) !== undefined).toBe(!there);
    const hold = held(fake, what);
    const changed = change(volume);
    await hold.reached;
    // Somebody else's change tells how the directory is, with ours.
    await volume.create(call, volume.root, text('other'), { kind: 'guarded' }, owner);
    expect((await volume.getattr(call, volume.root)).change).toBe(fake.cluster.root.version);
    const found = looks(volume, name);
    hold.release();
    expect((await found) !== undefined).toBe(there);
    await changed;
  },
);
