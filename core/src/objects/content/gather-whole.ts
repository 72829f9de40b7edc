import type { ObjectBody, ObjectChecksums } from '../../service/index.ts';
import type { Volume } from '../../spi/index.ts';
import { emptyMd5 } from '../object-info.ts';
import { copyBytes } from './copy-bytes.ts';
import type { GatherBudget } from './gather-budget.ts';
import { largestGather } from './gather-budget.ts';
import type { ContentHasher } from './hasher.ts';
import { checkLength } from './write-content.ts';

/** A content in memory, small enough to be published in one step. */
export interface WholeContent {
  readonly bytes: Uint8Array;
  readonly md5: Uint8Array;
  readonly checksums?: ObjectChecksums;
}

/** What became of a body that was small or might have been. */
export interface Gathered {
  readonly whole?: WholeContent;
  /** Where there is no whole: the body, with what was read of it already. */
  readonly rest: ObjectBody;
  /** When neither is used any more. */
  release(): void;
}

/** Bytes that a volume publishes in one step, of those that one upload may have in memory. */
function wholeLimit({ traits }: Volume): number {
  return Math.min(traits.maxPublishBytes, largestGather);
}

/** Takes a body into memory and hashes it, where it fits. Of one whose length nobody tells that is known when it has ended, or has not. */
export async function gatherWhole(
  volume: Volume,
  body: ObjectBody,
  budget: GatherBudget,
  hasher: ContentHasher,
): Promise<Gathered> {
  const limit = wholeLimit(volume);
  const wanted = body.length ?? limit;
  if (limit === 0 || wanted > limit) return asItIs(body);
  const granted = budget.take(wanted);
  if (granted < wanted) {
    budget.giveBack(granted);
    return asItIs(body);
  }
  const memory = hasher.takeMemory(granted);
  const release = (): void => {
    hasher.giveBackMemory(memory);
    budget.giveBack(granted);
  };
  try {
    return { ...(await gather(volume, body, memory, hasher)), release };
  } catch (error) {
    release();
    throw error;
  }
}

function asItIs(rest: ObjectBody): Gathered {
  return { rest, release: () => undefined };
}

async function gather(
  volume: Volume,
  body: ObjectBody,
  memory: Uint8Array,
  hasher: ContentHasher,
): Promise<Omit<Gathered, 'release'>> {
  let filled = 0;
  for (let next = await body.read(); next !== undefined; next = await body.read()) {
    checkLength(volume, body, filled + next.length, false);
    if (filled + next.length > memory.length) return { rest: goingOn(body, [memory.subarray(0, filled), next]) };
    copyBytes(next, memory, filled);
    filled += next.length;
  }
  checkLength(volume, body, filled, true);
  const bytes = memory.subarray(0, filled);
  const md5 = filled === 0 ? emptyMd5 : await hashed(bytes, hasher);
  const checksums = await body.finish?.(md5);
  return { whole: { bytes, md5, ...(checksums !== undefined && { checksums }) }, rest: body };
}

async function hashed(bytes: Uint8Array, hasher: ContentHasher): Promise<Uint8Array> {
  const hash = hasher.start('md5', bytes.length);
  try {
    const update = hash.update(bytes);
    if (update !== undefined) await update;
    return await hash.digest();
  } finally {
    hash.abandon();
  }
}

/** The body from its beginning, of which some was read. */
function goingOn(body: ObjectBody, read: readonly Uint8Array[]): ObjectBody {
  const waiting = [...read];
  return {
    ...(body.length !== undefined && { length: body.length }),
    read: async () => waiting.shift() ?? body.read(),
    finish: async (md5) => body.finish?.(md5),
  };
}
