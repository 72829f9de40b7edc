import type { Attributes, Call, Stability, WriteResult } from '@polynas/core/spi';
import { stampOf } from '@polynas/core/spi';
import { getattr } from '../tree/getattr.ts';
import type { Statx } from '../native/mount-api.ts';
import type { FileParts } from './file-parts.ts';
import type { OpenFile, Using } from './open-file.ts';
import { settle } from './sync.ts';

export interface Change {
  readonly offset: number;
  readonly length: number;
  readonly stability: Stability;
  readonly written: number;
  /** The bytes that it leaves behind tell the file's size. */
  readonly tellsSize: boolean;
  /** Done anew when the mount is evicted before it is answered: twice is the same as once. Gives what the file is right after it, where it knows. */
  apply(using: Using): Promise<Statx | void>;
}

interface Applied {
  readonly early: Attributes;
  readonly told: Statx | undefined;
}

/** Bytes; libcephfs copies them with its lock held, and this thread had better not wait for it. */
const largeWrite = 131_072;

/** Others write to the file as well, and much. */
export function isCrowded(file: OpenFile, length: number): boolean {
  return length >= largeWrite && file.changing > 1;
}

/** Changes a range of a file's bytes, and makes the change as stable as it was asked for. */
export async function change(parts: FileParts, call: Call, asked: Change): Promise<WriteResult> {
  const { file } = parts;
  const room = parts.backlog.room();
  if (room !== undefined) await room;
  // Until it is answered, the file's change counter tells nothing of its bytes.
  file.changing += 1;
  file.changes += 1;
  try {
    return await file.gate.during(asked.offset, asked.length, () =>
      file.use(call, 'write', (using) => changeOnce(parts, call, using, asked)),
    );
  } finally {
    file.changing -= 1;
  }
}

async function changeOnce(parts: FileParts, call: Call, using: Using, asked: Change): Promise<WriteResult> {
  const { context, unsynced, file } = parts;
  const { epoch, inode } = using;
  const { early, told } = await applied(parts, call, using, asked);
  unsynced.wrote(file.id, epoch);
  const isStable = asked.stability !== 'unstable';
  if (isStable) await settle(parts, using);
  // What others have been answered meanwhile came before this change.
  const before = stampOf(context.attributes.now(file.id)?.attributes ?? early);
  const known = isStable || told === undefined ? undefined : context.attributes.told(file.id, told, epoch);
  if (known !== undefined) return { written: asked.written, before, after: known, committed: 'unstable', epoch };
  const after = await (isCrowded(file, asked.length)
    ? context.attributes.changedAside(inode, file.id)
    : context.attributes.changed(inode, file.id));
  return { written: asked.written, before, after, committed: isStable ? 'file' : 'unstable', epoch };
}

/** The attributes before, and what the change has told. Changes in several steps (of the size and the times) see all or nothing of it. */
async function applied(parts: FileParts, call: Call, using: Using, asked: Change): Promise<Applied> {
  const { context, uncounted, file } = parts;
  const entered = context.locks.files.enter(file.id, 'write');
  const stay = entered instanceof Promise ? await entered : entered;
  try {
    context.contents?.drop(file.id);
    const { attributes } = await context.attributes.get(call, file.id);
    const { modified } = attributes;
    // Where others write too, nobody knows what the MDS has been told by them.
    const tellsSize = asked.tellsSize && context.traits.writers === 'head';
    const writing = uncounted.begin(file.id, { now: context.clock(), modified, tellsSize });
    try {
      const told = await asked.apply(using);
      return { early: attributes, told: told ?? undefined };
    } finally {
      uncounted.done(writing);
    }
  } catch (error) {
    // Some of it may have been done.
    context.attributes.drop(file.id);
    throw error;
  } finally {
    stay.leave();
  }
}

/** What is answered where there is nothing to change. */
export async function unchanged({ context, file }: FileParts, call: Call): Promise<WriteResult> {
  const epoch = context.mounts.epoch();
  const attributes = await getattr(context, call, file.id);
  return { written: 0, before: stampOf(attributes), after: attributes, committed: 'file', epoch };
}
