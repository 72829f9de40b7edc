import { describe, expect, test } from 'vitest';
import { BLOCK, blockOf } from './blocks.ts';
import { check, type View } from './check.ts';
import { digestOf } from './contents.ts';
import { Journal } from './journal.ts';
import { absent, directory, partly } from './place.ts';

/** A share that holds these files, and the directories that they need. */
function holding(files: Readonly<Record<string, string | Buffer>>, empty: readonly string[] = []): View {
  const paths = [...Object.keys(files), ...empty];
  return {
    content: async (path) => (path in files ? Buffer.from(files[path]!) : undefined),
    names: async (path) => {
      const prefix = path === '.' ? '' : `${path}/`;
      if (path !== '.' && !paths.some((each) => each === path || each.startsWith(prefix))) return undefined;
      const below = paths.filter((each) => each.startsWith(prefix) && each !== path);
      return [...new Set(below.map((each) => each.slice(prefix.length).split('/')[0]!))];
    },
  };
}

const one = digestOf(Buffer.from('one'));
const two = digestOf(Buffer.from('two'));

function journalOf(path: string, ...values: readonly string[]): Journal {
  const journal = new Journal();
  for (const value of values) journal.name(path).begin(value).stable();
  return journal;
}

describe('names', () => {
  test('what was acknowledged and is there is right', async () => {
    expect(await check(journalOf('f', one), holding({ f: 'one' }))).toEqual([]);
    expect(await check(journalOf('f', one, two), holding({ f: 'two' }))).toEqual([]);
    expect(await check(journalOf('f', one, absent), holding({}))).toEqual([]);
  });

  test('a lost file is found, in its content and in the listing', async () => {
    const wrong = await check(journalOf('f', one), holding({}));
    expect(wrong).toEqual([expect.stringMatching(/^f: not there/), 'f: is not listed']);
  });

  test('an older content than the acknowledged one is found', async () => {
    expect(await check(journalOf('f', one, two), holding({ f: 'one' }))).toHaveLength(1);
  });

  test('a removed file that is there again is found', async () => {
    const wrong = await check(journalOf('f', one, absent), holding({ f: 'one' }));
    expect(wrong).toEqual([expect.stringMatching(/^f: 3 bytes/), 'f: is listed, and nobody has it there']);
  });

  test('a name that nobody made is found', async () => {
    expect(await check(journalOf('f', one), holding({ f: 'one', g: 'x' }))).toEqual([expect.stringMatching(/^g: /)]);
  });

  test('what was not answered may be there or not, and nothing else', async () => {
    const journal = journalOf('f', one);
    journal.name('f').begin(two).unknown();
    expect(await check(journal, holding({ f: 'one' }))).toEqual([]);
    expect(await check(journal, holding({ f: 'two' }))).toEqual([]);
    expect(await check(journal, holding({ f: 'three' }))).toHaveLength(1);
    expect(await check(journal, holding({}))).toHaveLength(2);
  });

  test('what was refused must not be there', async () => {
    const journal = journalOf('f', one);
    journal.name('f').begin(two).refused();
    expect(await check(journal, holding({ f: 'two' }))).toHaveLength(1);
  });

  test('what was not answered is over when something later was', async () => {
    const journal = journalOf('f', one);
    journal.name('f').begin(two).unknown();
    journal.name('f').begin(one).stable();
    expect(await check(journal, holding({ f: 'two' }))).toHaveLength(1);
  });

  test('a write that was not answered may be there in part', async () => {
    const journal = journalOf('f', one);
    journal.name('f').begin(partly).unknown();
    expect(await check(journal, holding({ f: 'on' }))).toEqual([]);
    expect(await check(journal, holding({}))).toHaveLength(2);
  });

  test('directories are there, or are not', async () => {
    expect(await check(journalOf('d', directory), holding({}, ['d']))).toEqual([]);
    expect(await check(journalOf('d', directory), holding({}))).not.toEqual([]);
    expect(await check(journalOf('d', directory, absent), holding({}, ['d']))).not.toEqual([]);
  });

  test('of a rename that was not answered, one name is there', async () => {
    const journal = journalOf('f', one);
    journal.name('f').begin(absent).unknown();
    journal.name('g').begin(one).unknown();
    journal.undecided.push({ from: 'f', to: 'g', value: one });
    expect(await check(journal, holding({ f: 'one' }))).toEqual([]);
    expect(await check(journal, holding({ g: 'one' }))).toEqual([]);
    expect(await check(journal, holding({ f: 'one', g: 'one' }))).toEqual([expect.stringMatching(/both names/)]);
    expect(await check(journal, holding({}))).toEqual([expect.stringMatching(/no name/)]);
  });
});

describe('blocks', () => {
  function blocksOf(...versions: readonly string[]): { journal: Journal; view(...found: readonly string[]): View } {
    const journal = new Journal();
    const places = journal.file('b', versions.length, 'zeros');
    for (const [block, version] of versions.entries()) places[block]!.begin(version).stable();
    const contents = (found: readonly string[]): Buffer =>
      Buffer.concat(
        found.map((version, block) => (version === '' ? Buffer.alloc(BLOCK) : blockOf('b', block, version))),
      );
    return { journal, view: (...found) => holding({ b: contents(found) }) };
  }

  test('each holds the version that was committed', async () => {
    const { journal, view } = blocksOf('v1', 'v2');
    expect(await check(journal, view('v1', 'v2'))).toEqual([]);
    expect(await check(journal, view('v1', 'v1'))).toEqual([expect.stringMatching(/^b#1: v1, not v2/)]);
    expect(await check(journal, view('v1', ''))).toEqual([expect.stringMatching(/^b#1: zeros/)]);
    expect(await check(journal, view('v1'))).toHaveLength(1);
  });

  test('a piece of another version in the middle of a block is found', async () => {
    const { journal } = blocksOf('v1');
    const torn = blockOf('b', 0, 'v1');
    blockOf('b', 0, 'v0').copy(torn, 8192, 8192, 12_288);
    expect(await check(journal, holding({ b: torn }))).toEqual([expect.stringMatching(/^b#0: v1, v0, not v1/)]);
  });

  test('what was written unstable and not committed may be there, in whole or in part', async () => {
    const { journal, view } = blocksOf('v1');
    journal.blocks.get('b')![0]!.begin('v2').unstable();
    expect(await check(journal, view('v2'))).toEqual([]);
    expect(await check(journal, view('v1'))).toEqual([]);
    const torn = blockOf('b', 0, 'v1');
    blockOf('b', 0, 'v2').copy(torn, 8192, 8192);
    expect(await check(journal, holding({ b: torn }))).toEqual([]);
    expect(await check(journal, view('v0'))).toHaveLength(1);
  });

  test('a commit covers what was written before it, and not what was begun since', async () => {
    const { journal, view } = blocksOf('v1');
    const [place] = journal.blocks.get('b')!;
    const before = place!.begin('v2');
    place!.begin('v3').unstable();
    before.stable();
    expect(await check(journal, view('v2'))).toEqual([]);
    expect(await check(journal, view('v3'))).toEqual([]);
    expect(await check(journal, view('v1'))).toHaveLength(1);
  });
});

test('a reader sees what was there when it began or came meanwhile', () => {
  const journal = journalOf('f', one);
  const place = journal.name('f');
  const early = place.read();
  place.begin(two).stable();
  const late = place.read();
  expect([early.sees(one), late.sees(one), late.sees(two)]).toEqual([true, false, true]);
});
