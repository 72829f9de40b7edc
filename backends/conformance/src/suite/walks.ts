import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FileId } from '@polynas/core/spi';
import { bytes, call, newFile, type Fixture } from '../fixture.ts';
import { propertyOptions } from '../property.ts';

/** What happens to a directory between two pages of a walk; `name` is one that comes and goes. */
interface Disturbance {
  readonly kind: 'make' | 'remove' | 'rename' | 'renameOut' | 'renameIn' | 'touch' | 'takeOver' | 'publish';
  readonly name: number;
  readonly to: number;
}

const disturbances: fc.Arbitrary<Disturbance> = fc.record({
  kind: fc.constantFrom('make', 'make', 'remove', 'rename', 'renameOut', 'renameIn', 'touch', 'takeOver', 'publish'),
  name: fc.nat(15),
  to: fc.nat(15),
});
const walks = fc.record({
  limit: fc.integer({ min: 1, max: 9 }),
  between: fc.array(fc.array(disturbances, { maxLength: 6 }), { minLength: 1, maxLength: 20, size: 'max' }),
});

export function walkTests(f: Fixture): void {
  describe('walks during changes', () => {
    const stable = Array.from({ length: 25 }, (_, index) => `stable-${index}`);
    let round = 0;

    async function prepare(): Promise<{ directory: FileId; other: FileId }> {
      const directory = await f.mkdir(f.root, `run${(round += 1)}`);
      const other = await f.mkdir(f.root, `other${round}`);
      // Stable entries and those that come and go lie mixed.
      for (const [index, name] of stable.entries()) {
        await f.file(directory, name);
        if (index < 12) await f.file(directory, `moving-${index}`);
      }
      return { directory, other };
    }

    /** Does what can be done; a step that finds nothing to do is no fault here. */
    async function disturb(directory: FileId, other: FileId, { kind, name, to }: Disturbance): Promise<void> {
      const moving = bytes(`moving-${name}`);
      const target = bytes(`moving-${to}`);
      const kept = bytes(stable[(name + to) % stable.length] ?? 'stable-0');
      const { volume } = f;
      const settle = (promise: Promise<unknown>) => promise.catch(() => undefined);
      switch (kind) {
        case 'make':
          return void (await settle(volume.create(call, directory, moving, { kind: 'guarded' }, newFile())));
        case 'remove':
          return void (await settle(volume.unlink(call, directory, moving)));
        case 'rename':
          return void (await settle(volume.rename(call, directory, moving, directory, target)));
        case 'renameOut':
          return void (await settle(volume.rename(call, directory, moving, other, target)));
        case 'renameIn':
          return void (await settle(volume.rename(call, other, moving, directory, target)));
        case 'touch': {
          const found = await volume.lookup(call, directory, kept);
          return void (found && (await volume.setattr(call, found.id, { mode: 0o600 })));
        }
        case 'takeOver':
          return void (await settle(volume.rename(call, directory, moving, directory, kept)));
        case 'publish': {
          await settle(volume.create(call, other, bytes('tmp'), { kind: 'unchecked' }, newFile()));
          return void (await volume.replace(call, other, bytes('tmp'), directory, kept));
        }
      }
    }

    function expectOnce(seen: readonly string[]): void {
      expect(seen.filter((name) => name.startsWith('stable')).toSorted()).toEqual(stable.toSorted());
    }

    test('readdir_entriesThereBeforeAndAfter_areGivenExactlyOnce', async () => {
      await fc.assert(
        fc.asyncProperty(walks, async ({ limit, between }) => {
          const { directory, other } = await prepare();
          const seen: string[] = [];
          for (let cookie = 0n, step = 0; ; step += 1) {
            const { entries, end } = await f.volume.readdir(call, directory, cookie, { limit, attributes: false });
            seen.push(...entries.map((entry) => Buffer.from(entry.name).toString()));
            cookie = entries.at(-1)?.cookie ?? cookie;
            if (end) break;
            for (const disturbance of between[step] ?? []) await disturb(directory, other, disturbance);
          }
          expectOnce(seen);
        }),
        propertyOptions(f.factory),
      );
    }, 120_000);

    test('listByName_entriesThereBeforeAndAfter_areGivenExactlyOnce', async ({ skip }) => {
      skip(!f.volume.traits.orderedListing, 'no ordered listing');
      await fc.assert(
        fc.asyncProperty(walks, async ({ limit, between }) => {
          const { directory, other } = await prepare();
          const seen: string[] = [];
          for (let step = 0; ; step += 1) {
            const from = bytes(seen.at(-1) ?? '');
            const page = await f.volume.listByName?.(call, directory, from, false, { limit, attributes: false });
            seen.push(...(page?.entries ?? []).map((entry) => Buffer.from(entry.name).toString()));
            if (page?.end ?? true) break;
            for (const disturbance of between[step] ?? []) await disturb(directory, other, disturbance);
          }
          expectOnce(seen);
          expect(seen).toEqual(seen.toSorted());
        }),
        propertyOptions(f.factory),
      );
    }, 120_000);

    test('readdir_whileOthersChangeAtOnce_givesStableOnes', async () => {
      const { directory, other } = await prepare();
      let walking = true;
      const others = Array.from({ length: 4 }, async (_, worker) => {
        for (let step = 0; walking; step += 1) {
          const kind = (['make', 'remove', 'rename', 'renameOut', 'renameIn', 'takeOver'] as const)[step % 6] ?? 'make';
          await disturb(directory, other, { kind, name: (step + worker) % 16, to: (step * 5 + worker) % 16 });
        }
      });
      try {
        for (let walk = 0; walk < 10; walk += 1) {
          const names = (await f.entries(directory, 3)).map((entry) => Buffer.from(entry.name).toString());
          expectOnce(names);
        }
      } finally {
        walking = false;
        await Promise.all(others);
      }
    });
  });
}
