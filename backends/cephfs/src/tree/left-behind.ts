import type { Call, FileId, Name, NewFile, Timestamp } from '@polynas/core/spi';
import type { Clock } from '../attributes/clock.ts';
import type { Known } from '../attributes/attribute-source.ts';
import { fileIdOf } from '../attributes/attributes-of.ts';
import { isUnpublished } from '../attributes/unpublished.ts';
import type { VolumeContext } from '../context.ts';
import type { Statx } from '../native/mount-api.ts';
import type { Directory, Step } from './change-entries.ts';
import { describe } from './describe.ts';
import { heldOn } from './held-on.ts';
import { unmade } from './making.ts';
import type { Making } from './making.ts';
import { unknownOutcome } from './over-lives.ts';
import type { Attempt } from './over-lives.ts';
import { remember } from './resolve.ts';
import { stableFileOn } from './stable-file.ts';

/** A creation that was asked for. */
export interface Asked {
  readonly since: Reading;
  /** Nobody else writes, and there was nothing of this name: what is found under it is of this call. */
  readonly wasFree: boolean;
  /** Once the cluster has answered. */
  id?: FileId;
}

/** Milliseconds by which two readings of one clock may differ. */
const clockSlack = 2;
/** Of the time that has passed: clocks that are put right gradually differ from steady ones by a 2000th. */
const clockDrift = 0.001;
const formatMask = 0o170_000;

/**
 * The file that a client made which was evicted before it could say so, made whole; `undefined` when there is none, so that it is to be made. Throws where nobody knows
 * whose the file is that is there.
 */
export async function leftBehind(
  context: VolumeContext,
  call: Call,
  directory: Directory,
  name: Name,
  file: Omit<NewFile, 'records'>,
  making: Making,
  attempt: Attempt<Asked>,
): Promise<Step<Known['attributes']> | undefined> {
  const { issued, shown } = attempt;
  if (issued === undefined) return undefined;
  const { mount, pointer } = directory.inode;
  const found = await mount.lookup(pointer, name);
  const isOurs = found !== undefined && isMadeBy(context, found.statx, making, issued);
  if (found !== undefined) context.mounts.learn(mount, fileIdOf(found.statx), found.inode);
  // Others may have taken it away, or moved it.
  if (!isOurs && shown) throw unknownOutcome();
  if (found === undefined || !isOurs) return undefined;
  const id = fileIdOf(found.statx);
  const inode = await heldOn(context, mount, id);
  try {
    const stable = (): Promise<void> => stableFileOn(context, mount, id);
    // Others may have changed it.
    if (shown) return { changed: 'earlier', result: (await context.attributes.of(call, inode, id)).attributes, stable };
    const { attributes } = await describe(context, inode, found.statx, file, making.record).catch((error: unknown) =>
      unmade(context, directory, id, making, error),
    );
    remember(context, directory.id, name, { attributes, own: making.record });
    return { changed: 'earlier', result: attributes, stable };
  } finally {
    inode.release();
  }
}

/**
 * By the number it was given, by the tag that it was made with; where nobody else makes files and this caller is alone on the name, because there was nothing of that name before, or, where nobody
 * knew, by the time of its birth, which tells nothing when the clock was set meanwhile.
 */
function isMadeBy(
  { traits, clock, steadyClock }: VolumeContext,
  statx: Statx,
  { format, tag }: Making,
  { id, since, wasFree }: Asked,
): boolean {
  if (id !== undefined) return fileIdOf(statx) === id;
  // It is in nobody's way (`left-unpublished.ts`).
  if (isUnpublished(statx)) return false;
  if ((statx.mode & formatMask) !== format) return false;
  if (tag !== undefined) return statx.rdev === tag;
  if (traits.writers === 'shared') throw unknownOutcome();
  if (wasFree) return true;
  const [now, born] = [reading(clock, steadyClock), milliseconds(statx.born)];
  const passed = now.steady - since.steady;
  const slack = clockSlack + passed * clockDrift;
  const isWithin = (first: number, last: number): boolean => born >= first - slack && born <= last + slack;
  if (!isWithin(since.time, since.time + passed) && !isWithin(now.time - passed, now.time)) return false;
  // Set meanwhile, the clock may have shown a time like this before.
  if (Math.abs(now.time - since.time - passed) > slack) throw unknownOutcome();
  return true;
}

/** Of both clocks at once, in milliseconds. */
interface Reading {
  readonly time: number;
  readonly steady: number;
}

export function reading(clock: Clock, steadyClock: () => number): Reading {
  return { time: milliseconds(clock()), steady: steadyClock() };
}

function milliseconds({ seconds, nanoseconds }: Pick<Timestamp, 'seconds' | 'nanoseconds'>): number {
  return seconds * 1000 + nanoseconds / 1_000_000;
}
