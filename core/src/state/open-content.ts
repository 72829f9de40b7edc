import type { Caller, Guard, GuardAccess } from '../service/index.ts';
import { checkExtent } from '../namespace/files/read.ts';
import type { MountedShare } from '../namespace/mounts.ts';
import type { FileHandle } from '../spi/index.ts';
import { StorageError } from '../spi/index.ts';
import type { OpenRecord } from './file-state.ts';
import type { GuardRequest } from './guards.ts';
import type { OpenKeeper } from './keeper.ts';
import { spanOf } from './ranges.ts';

/** The content of an open, with what was granted to reach it. */
export interface OpenContent {
  readonly keeper: OpenKeeper;
  readonly mount: MountedShare;
  readonly record: OpenRecord;
  readonly handle: FileHandle;
}

/** What I/O through an open asks of the state table; `undefined` when it touches no byte. */
export function requestThrough(
  { mount, record }: Pick<OpenContent, 'mount' | 'record'>,
  caller: Caller,
  use: GuardAccess,
  offset: number,
  length: number,
): GuardRequest | undefined {
  const range = spanOf(offset, length);
  if (range === undefined) return undefined;
  const { opener, file, id } = record;
  return { volume: mount.volumeName, file: file.id, access: use, door: caller.door, range, opener, open: id };
}

export async function enterThrough(
  content: OpenContent,
  caller: Caller,
  use: GuardAccess,
  offset: number,
  length: number,
): Promise<Guard | undefined> {
  const request = requestThrough(content, caller, use, offset, length);
  return request && content.keeper.table.enterFor(caller, request);
}

/** Reserves space; the size stays. */
export async function allocate(content: OpenContent, caller: Caller, offset: number, length: number): Promise<void> {
  checkExtent(offset, length);
  checkReach(content, offset + length);
  const guard = await enterThrough(content, caller, 'write', offset, length);
  if (guard === undefined) return;
  try {
    await content.keeper.beforeWrite(caller, content.mount, content.record);
    await content.handle.allocate(caller, offset, length, false);
    content.keeper.changed(caller, content.mount, content.record, 'attributes');
  } finally {
    guard.exit();
  }
}

export async function zero(content: OpenContent, caller: Caller, offset: number, length: number): Promise<void> {
  checkExtent(offset, length);
  const guard = await enterThrough(content, caller, 'write', offset, length);
  if (guard === undefined) return;
  try {
    await content.keeper.beforeWrite(caller, content.mount, content.record);
    await content.handle.punch(caller, offset, length);
    content.keeper.changed(caller, content.mount, content.record, 'written');
  } finally {
    guard.exit();
  }
}

export interface DataRange {
  readonly offset: number;
  readonly length: number;
}

export async function dataRanges(
  content: OpenContent,
  caller: Caller,
  offset: number,
  length: number,
  limit: number,
): Promise<readonly DataRange[]> {
  checkExtent(offset, length);
  const guard = await enterThrough(content, caller, 'read', offset, length);
  const found: DataRange[] = [];
  const end = offset + length;
  try {
    for (let at = offset; at < end && found.length < limit;) {
      const start = await content.handle.seek(caller, 'data', at);
      if (start === undefined || start >= end) break;
      const hole = (await content.handle.seek(caller, 'hole', start)) ?? end;
      at = Math.min(hole, end);
      found.push({ offset: start, length: at - start });
    }
    return found;
  } finally {
    guard?.exit();
  }
}

/** A range that ends past what a file can hold. */
export function checkReach({ mount }: Pick<OpenContent, 'mount'>, end: number): void {
  if (end > mount.volume.traits.maxFileSize) throw new StorageError('tooLarge');
}
