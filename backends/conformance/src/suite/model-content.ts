import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FileHandle, FileId } from '@polynas/core/spi';
import { call, newFile, bytes, type Fixture } from '../fixture.ts';
import { propertyOptions, settled } from '../property.ts';

type Step =
  | {
      kind: 'write';
      file: number;
      offset: number;
      lengths: number[];
      fill: number;
      stability: 'unstable' | 'data' | 'file';
    }
  | { kind: 'truncate'; file: number; size: number }
  | { kind: 'punch' | 'allocate' | 'read'; file: number; offset: number; length: number }
  | { kind: 'clone'; file: number; from: number; offset: number; length: number; at: number }
  | { kind: 'sync'; file: number }
  | { kind: 'reopen'; file: number };

const files = 3;
const file = fc.nat(files - 1);
/** Offsets within, at and around the units that backends store in. */
const offset = fc.oneof(fc.nat(300_000), fc.constantFrom(0, 1, 4095, 4096, 65_535, 65_536, 65_537, 131_072, 262_144));
const length = fc.oneof(fc.nat(5000), fc.constantFrom(0, 1, 4096, 65_536, 65_537, 131_072, 200_000));
const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('write'),
      file,
      offset,
      lengths: fc.array(length, { minLength: 1, maxLength: 3 }),
      fill: fc.nat(255),
      stability: fc.constantFrom('unstable', 'data', 'file'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('truncate'), file, size: offset }) },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constantFrom('punch', 'allocate', 'read', 'read'), file, offset, length }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('clone'), file, from: file, offset, length, at: offset }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('sync', 'reopen'), file }) },
);

export function contentModelTests(f: Fixture): void {
  describe('random content', () => {
    let round = 0;

    test('contents_afterAnySequence_equalTheModel', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(steps, { minLength: 5, maxLength: 40, size: 'max' }), async (sequence) => {
          const top = await f.mkdir(f.root, `run${(round += 1)}`);
          const ids: FileId[] = [];
          for (let index = 0; index < files; index += 1) ids.push(await f.file(top, `${index}`));
          const models = ids.map(() => new Uint8Array());
          let handles = await Promise.all(ids.map((id) => f.volume.open(call, id, 'write')));
          for (const step of sequence) {
            if (step.kind === 'reopen') {
              await Promise.all(handles.map((handle) => handle.close()));
              if (f.volume.traits.persistent) await f.reopen();
              handles = await Promise.all(ids.map((id) => f.volume.open(call, id, 'write')));
            } else await settled(run(step, ids, handles, models), step);
          }
          for (const [index, id] of ids.entries()) {
            expect((await f.attributes(id)).size).toBe(models[index]?.length);
            expect(Buffer.compare(await f.read(id), models[index] ?? new Uint8Array()), `file ${index}`).toBe(0);
          }
          await Promise.all(handles.map((handle) => handle.close()));
        }),
        propertyOptions(f.factory),
      );
    }, 120_000);

    async function run(
      step: Exclude<Step, { kind: 'reopen' }>,
      ids: FileId[],
      handles: FileHandle[],
      models: Uint8Array[],
    ): Promise<void> {
      const [id, handle, model] = [ids[step.file], handles[step.file], models[step.file]];
      if (id === undefined || handle === undefined || model === undefined) return;
      switch (step.kind) {
        case 'write': {
          const chunks = step.lengths.map((size, index) => new Uint8Array(size).fill(step.fill + index));
          models[step.file] = laid(model, step.offset, Buffer.concat(chunks));
          await handle.write(call, step.offset, chunks, step.stability);
          break;
        }
        case 'truncate':
          models[step.file] = sized(model, step.size);
          await f.volume.setattr(call, id, { size: step.size });
          break;
        case 'allocate':
          if (step.length > 0) models[step.file] = sized(model, Math.max(model.length, step.offset + step.length));
          await handle.allocate(call, step.offset, step.length, true);
          break;
        case 'punch':
          models[step.file] = Uint8Array.from(model).fill(0, step.offset, step.offset + step.length);
          await handle.punch(call, step.offset, step.length);
          break;
        case 'clone': {
          const source = models[step.from];
          const from = ids[step.from];
          if (f.volume.clone === undefined || source === undefined || from === undefined) break;
          const start = Math.min(step.offset, source.length);
          const part = source.slice(start, start + step.length);
          models[step.file] = laid(model, step.at, part);
          await f.volume.clone.ranges(call, [{ id: from, offset: start, length: part.length }], id, step.at);
          break;
        }
        case 'sync':
          await handle.sync(call);
          break;
        case 'read': {
          const wanted = model.subarray(step.offset, step.offset + step.length);
          const { bytes: found, eof } = await handle.read(call, step.offset, step.length);
          expect(Buffer.compare(found, wanted), JSON.stringify(step)).toBe(0);
          expect(eof, JSON.stringify(step)).toBe(step.offset + found.length >= model.length);
          const now = handle.readNow(step.offset, step.length);
          if (now !== undefined) expect(Buffer.compare(now.bytes, found)).toBe(0);
        }
      }
    }
  });

  function sized(content: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
    const result = new Uint8Array(size);
    result.set(content.subarray(0, size));
    return result;
  }

  function laid(content: Uint8Array, at: number, part: Uint8Array): Uint8Array<ArrayBuffer> {
    if (part.length === 0) return Uint8Array.from(content);
    const result = sized(content, Math.max(content.length, at + part.length));
    result.set(part, at);
    return result;
  }

  // A file that is published while others read it has one content or the other at each moment, never a third.
  test('replace_ofRandomContents_keepsEachWhole', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(200_000), { minLength: 2, maxLength: 5 }), async (sizes) => {
        for (const [index, size] of sizes.entries()) {
          const made = await f.volume.create(call, f.root, bytes('tmp'), { kind: 'guarded' }, newFile());
          await f.write(made.attributes.id, 0, new Uint8Array(size).fill(index + 1), 'unstable');
          const { attributes } = await f.volume.replace(call, f.root, bytes('tmp'), f.root, bytes('target'));
          expect(attributes.size).toBe(size);
          expect((await f.read(attributes.id)).every((byte) => byte === index + 1)).toBe(true);
        }
      }),
      { numRuns: 5 },
    );
  });
}
