import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Attributes, FileId } from '@polynas/core/spi';
import { call, type Fixture } from '../fixture.ts';
import { propertyOptions, settled } from '../property.ts';
import { differences } from '../model/compare.ts';
import { execute } from '../model/execute.ts';
import { operations } from '../model/operation.ts';
import { modelTraitsOf, TreeModel } from '../model/tree-model.ts';

interface Seen {
  readonly attributes: Attributes;
  readonly entries: string;
}

/** What is seen of every file: by its id. */
type Sight = Map<FileId, Seen>;

/** What only a call changes. The space that a file takes is its storage's to say: it moves when content is written back. */
function saidOf({ attributes, entries }: Seen): object {
  return { attributes: { ...attributes, allocated: undefined }, entries };
}

function said(sight: Sight): Map<FileId, object> {
  return new Map([...sight].map(([id, seen]) => [id, saidOf(seen)]));
}

export function treeModelTests(f: Fixture): void {
  describe('random operations', () => {
    let round = 0;

    test('tree_afterAnySequence_equalsTheModel', async () => {
      const sequences = fc.array(operations, { minLength: 5, maxLength: 60, size: 'max' });
      await fc.assert(
        fc.asyncProperty(sequences, async (sequence) => {
          const top = await f.mkdir(f.root, `run${(round += 1)}`);
          const model = new TreeModel(modelTraitsOf(f.volume), top);
          let sight = await look(top);
          for (const operation of sequence) {
            const outcome = await settled(execute(f.volume, model, operation), operation);
            const expected = model.apply(operation);
            if (expected.codes.length > 0) expect(expected.codes, JSON.stringify(operation)).toContain(outcome.code);
            else expect(outcome.code, JSON.stringify(operation)).toBeUndefined();
            if (expected.made !== undefined) expected.made.id = outcome.attributes?.id;
            const next = await look(top);
            if (outcome.code === undefined) expectMoved(sight, next, JSON.stringify(operation));
            else expect(said(next), `rejected, so nothing changed: ${JSON.stringify(operation)}`).toEqual(said(sight));
            sight = next;
          }
          expect(await differences(f.volume, top, model.root, false)).toEqual([]);
          if (f.volume.traits.persistent && round % 5 === 0) {
            await f.reopen();
            expect(await differences(f.volume, top, model.root, false)).toEqual([]);
          }
        }),
        propertyOptions(f.factory),
      );
    }, 120_000);

    async function look(directory: FileId, sight: Sight = new Map()): Promise<Sight> {
      const { entries } = await f.volume.readdir(call, directory, 0n, { limit: 4096, attributes: true });
      const names = entries.map((entry) => `${Buffer.from(entry.name).toString()}=${entry.id}`);
      sight.set(directory, { attributes: await f.attributes(directory), entries: names.toSorted().join() });
      for (const { attributes } of entries) {
        if (attributes === undefined) continue;
        if (attributes.type === 'directory') await look(attributes.id, sight);
        else sight.set(attributes.id, { attributes, entries: '' });
      }
      return sight;
    }

    /** Change counters grow, and by every difference that is seen; entry changes move the directory's modified time. */
    function expectMoved(before: Sight, after: Sight, step: string): void {
      for (const [id, now] of after) {
        const then = before.get(id);
        if (then === undefined) continue;
        if (now.attributes.change === then.attributes.change) expect(saidOf(now), step).toEqual(saidOf(then));
        else expect(now.attributes.change, step).toBeGreaterThan(then.attributes.change);
        const { contentStamp: stamp, size } = now.attributes;
        if (size !== then.attributes.size && stamp !== undefined)
          expect(stamp, step).not.toBe(then.attributes.contentStamp);
        expect(time(now.attributes.changed), step).toBeGreaterThanOrEqual(time(then.attributes.changed));
        if (now.entries !== then.entries) {
          expect(now.attributes.change, step).toBeGreaterThan(then.attributes.change);
          expect(time(now.attributes.modified), step).toBeGreaterThanOrEqual(time(then.attributes.changed));
        }
      }
    }

    function time({ seconds, nanoseconds }: Attributes['changed']): bigint {
      return BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds);
    }
  });
}
