import { expect, it } from 'vitest';
import { FoldedDirectory } from '../src/namespace/folding/folded-directory.ts';
import { TrackedNames } from '../src/namespace/indexes/tracked-names.ts';
import { foldName } from '../src/service/index.ts';
import type { Attributes, DirectoryChange } from '../src/spi/index.ts';
import { text } from './world.ts';

const folded = foldName(text('a'));

/** The directory went from one state to the next. */
function step(before: bigint, atomic = true): DirectoryChange {
  const at = (change: bigint): Attributes => ({ change }) as Attributes;
  return { before: at(before), after: at(before + 1n), atomic };
}

/** Marks of a large directory that was in state 5 when reading it began. */
function marks(): TrackedNames<FoldedDirectory> {
  const names = new TrackedNames(new FoldedDirectory(1), 5n);
  for (const name of ['A', 'b', 'c']) names.read(text(name));
  return names;
}

it.each([false, true])(
  'a removal that was done before the names were read takes away no other (alone: %s)',
  (alone) => {
    const names = marks();
    names.built(6n);
    names.note({ directory: step(5n), removed: text('a') }, alone);
    expect(names.kept.find(folded)).toBe('unknown');
    names.note({ directory: step(6n), removed: text('A') }, alone);
    expect(names.kept.find(folded)).toBeUndefined();
  },
);

it('a removal that is told before the creation takes away no other', () => {
  const names = marks();
  names.built(5n);
  // State 5 to 6 made `a`, which is told last.
  names.note({ directory: step(6n), added: text('d') }, true);
  names.note({ directory: step(7n), removed: text('a') }, true);
  expect(names.kept.find(folded)).toBe('unknown');
  names.note({ directory: step(5n), added: text('a') }, true);
  expect(names.kept.find(folded)).toBe('unknown');
});
