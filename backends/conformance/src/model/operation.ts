import fc from 'fast-check';
import type { Stability } from '@polynas/core/spi';

/**
 * A place in the tree: `directory` counts the model's directories (modulo their number), `name` is a name in it. With
 * `aim` it is instead that file (modulo their number) of those that are there, if any: so that most operations hit.
 */
export interface Place {
  readonly directory: number;
  readonly name: string;
  readonly aim?: number;
}

/** One step of a random sequence. Many of them meet names that are not there, or the wrong type: that is wanted. */
export type Operation =
  | { readonly kind: 'create'; readonly at: Place; readonly how: 'guarded' | 'unchecked'; readonly mode: number }
  | { readonly kind: 'mkdir'; readonly at: Place }
  | { readonly kind: 'unlink'; readonly at: Place }
  | { readonly kind: 'rmdir'; readonly at: Place }
  | { readonly kind: 'sync'; readonly at: Place }
  | { readonly kind: 'symlink'; readonly at: Place; readonly target: string }
  | { readonly kind: 'link'; readonly at: Place; readonly to: Place }
  | { readonly kind: 'replace'; readonly at: Place; readonly to: Place }
  | {
      readonly kind: 'publish';
      readonly at: Place;
      readonly mode: number;
      readonly length: number;
      readonly fill: number;
    }
  | { readonly kind: 'clone'; readonly at: Place; readonly to: Place }
  | { readonly kind: 'rename'; readonly at: Place; readonly to: Place; readonly noReplace: boolean }
  | { readonly kind: 'chmod'; readonly at: Place; readonly mode: number }
  | { readonly kind: 'setxattr'; readonly at: Place; readonly xattr: string; readonly value: string }
  | { readonly kind: 'removexattr'; readonly at: Place; readonly xattr: string }
  | { readonly kind: 'truncate'; readonly at: Place; readonly size: number }
  | {
      readonly kind: 'write';
      readonly at: Place;
      readonly offset: number;
      readonly length: number;
      readonly fill: number;
      readonly stability: Stability;
    };

const name = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const place: fc.Arbitrary<Place> = fc.record({ directory: fc.nat(6), name });
const aimed: fc.Arbitrary<Place> = fc.oneof(
  { weight: 1, arbitrary: place },
  { weight: 4, arbitrary: fc.record({ directory: fc.nat(6), name, aim: fc.nat(30) }) },
);
const mode = fc.nat(0o777);
const xattr = fc.constantFrom('user.x', 'user.y', 'trusted.z');
/** Sizes around the units that backends store in, and small ones. */
const offset = fc.oneof(fc.nat(100), fc.constantFrom(4095, 4096, 65_535, 65_536, 70_000, 131_072));
const length = fc.oneof(fc.nat(200), fc.constantFrom(4096, 65_536, 70_001));

export const operations: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('create'),
      at: place,
      how: fc.constantFrom('guarded', 'unchecked'),
      mode,
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('mkdir'), at: place }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('symlink'),
      at: place,
      target: fc.string({ minLength: 1, maxLength: 20 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('link'), at: aimed, to: place }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('unlink'), at: aimed }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('rmdir'), at: place }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('rename'), at: aimed, to: place, noReplace: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('replace'), at: aimed, to: aimed }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('publish'),
      at: fc.oneof(place, aimed),
      mode,
      length,
      fill: fc.integer({ min: 1, max: 255 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('clone'), at: aimed, to: aimed }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('chmod'), at: aimed, mode }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('setxattr'), at: aimed, xattr, value: fc.string() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('removexattr'), at: aimed, xattr }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('truncate'), at: aimed, size: offset }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('write'),
      at: aimed,
      offset,
      length,
      fill: fc.integer({ min: 1, max: 255 }),
      stability: fc.constantFrom('unstable', 'data', 'file'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('sync'), at: aimed }) },
);

/** What a published file brings along of core's own; its value is the fill. */
export const publishedXattr = 'trusted.polynas.published';

/** The bytes that a write or a publish operation writes. */
export function bytesOf(operation: { readonly length: number; readonly fill: number }): Uint8Array {
  return Uint8Array.from({ length: operation.length }, (_, index) => (operation.fill + index * 7) & 0xff);
}

/** The sequence that a seed names: the same in every process. */
export function sequence(seed: number, count: number): Operation[] {
  return fc.sample(operations, { seed, numRuns: count });
}
