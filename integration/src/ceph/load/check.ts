import { posix } from 'node:path';
import { BLOCK, versionsIn } from './blocks.ts';
import { digestOf } from './contents.ts';
import type { Journal } from './journal.ts';
import { absent, directory as isDirectory, type Place } from './place.ts';

/** What the share holds, as one of its doors shows it. */
export interface View {
  /** `undefined` when there is no such file. */
  content(path: string): Promise<Buffer | undefined>;
  /** Names in a directory; `undefined` when there is no such directory. */
  names(directory: string): Promise<readonly string[] | undefined>;
}

/** Reads at once. */
const readers = 6;

/**
 * Compares what is there with what was acknowledged, place by place: everything that was acknowledged as stable is there unless something
 * that was asked for later is, and nothing is there that nobody asked for. Returns what is wrong.
 *
 * @param foreign what is there and none of this journal's business
 */
export async function check(
  journal: Journal,
  view: View,
  foreign = (_path: string): boolean => false,
): Promise<string[]> {
  const wrong = [...journal.wrong];
  const directories = directoriesOf(journal);
  const files = [...journal.names.values()].filter(({ label }) => !directories.has(label));
  await inParallel(files, async (place) => {
    const content = await view.content(place.label);
    const value = content === undefined ? absent : digestOf(content);
    if (!place.accepts(value)) wrong.push(`${place.label}: ${say(content)}, not ${saying(place)}`);
  });
  await inParallel([...directories], async (directory) => {
    const found = await view.names(directory);
    const ours = found?.filter((name) => !foreign(posix.join(directory, name)));
    wrong.push(...wrongNames(journal, directory, ours));
  });
  await inParallel([...journal.blocks], async ([path, places]) => {
    wrong.push(...wrongBlocks(path, places, await view.content(path)));
  });
  for (const { from, to, value } of journal.undecided) {
    const [source, target] = await Promise.all([view.content(from), view.content(to)]);
    const moved = target !== undefined && digestOf(target) === value;
    if ((source !== undefined) === moved)
      wrong.push(
        `the rename of ${from} to ${to} was not answered: ${moved ? 'both names have' : 'no name has'} the file`,
      );
  }
  return wrong;
}

function directoriesOf({ names }: Journal): Set<string> {
  const made = [...names.values()].filter((place) => place.isDirectory).map(({ label }) => label);
  const parents = [...names.keys()].map((path) => posix.dirname(path));
  return new Set([...made, ...parents]);
}

function wrongNames(journal: Journal, directory: string, found: readonly string[] | undefined): string[] {
  const wrong: string[] = [];
  const own = journal.names.get(directory);
  if (own && !own.accepts(found === undefined ? absent : isDirectory))
    wrong.push(
      `${directory}: ${found === undefined ? 'no directory there' : 'a directory is there'}, not ${saying(own)}`,
    );
  const seen = new Map<string, number>();
  for (const name of found ?? []) seen.set(name, (seen.get(name) ?? 0) + 1);
  for (const [name, times] of seen) {
    const path = posix.join(directory, name);
    if (times > 1) wrong.push(`${path}: listed ${times} times`);
    if (journal.blocks.has(path)) continue;
    const place = journal.names.get(path);
    const implicit = [...journal.names.keys()].some((each) => each.startsWith(`${path}/`));
    if (place === undefined ? !implicit : [...place.allowed()].every((value) => value === absent))
      wrong.push(`${path}: is listed, and nobody has it there`);
  }
  for (const place of journal.names.values()) {
    if (posix.dirname(place.label) !== directory || place.allowed().has(absent)) continue;
    if (!seen.has(posix.basename(place.label))) wrong.push(`${place.label}: is not listed`);
  }
  return wrong;
}

function wrongBlocks(path: string, places: readonly Place[], found: Buffer | undefined): string[] {
  // Behind the last write of a file there is nothing.
  const whole = Buffer.alloc(places.length * BLOCK);
  found?.copy(whole);
  return places.flatMap((place, block) => {
    const versions = [...versionsIn(path, block, whole.subarray(block * BLOCK, (block + 1) * BLOCK))];
    const foreign = versions.filter((version) => !place.allowed().has(version));
    return foreign.length === 0 ? [] : [`${place.label}: ${versions.join(', ')}, not ${saying(place)}`];
  });
}

function say(content: Buffer | undefined): string {
  if (content === undefined) return 'not there';
  return `${content.length} bytes (${content.subarray(0, 60).toString().trimEnd()})`;
}

function saying(place: Place): string {
  return [...place.allowed()].map((value) => value.slice(0, 16)).join(' or ');
}

async function inParallel<T>(items: readonly T[], each: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const work = async (): Promise<void> => {
    for (const item of queue) await each(item);
  };
  await Promise.all(Array.from({ length: readers }, work));
}
