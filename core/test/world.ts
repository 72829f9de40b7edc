import { openMemoryVolume } from '@polynas/backend-memory';
import type { MemoryVolumeOptions } from '@polynas/backend-memory';
import { EventBus } from '../src/events/bus.ts';
import { RecentPlaces } from '../src/namespace/files/recent-places.ts';
import { Files } from '../src/namespace/files/service.ts';
import type { FileParts } from '../src/namespace/files/parts.ts';
import { FoldedNames } from '../src/namespace/folding/folded-names.ts';
import { KeyedMutex } from '../src/namespace/keyed-mutex.ts';
import { RestampedContents } from '../src/objects/index.ts';
import { LruHandleCache } from '../src/namespace/handle-cache.ts';
import type { Mounts } from '../src/namespace/mounts.ts';
import { systemDirectoryName } from '../src/namespace/mounts.ts';
import { Sidecars } from '../src/namespace/sidecars.ts';
import { Streams } from '../src/namespace/streams/streams.ts';
import { openKeeper } from '../src/namespace/open-keeper.ts';
import type { FileRef, NewAttributes, Share } from '../src/service/index.ts';
import type { FileId, Name, Volume } from '../src/spi/index.ts';
import { StorageError } from '../src/spi/index.ts';
import { SystemDirectories } from '../src/namespace/system-directory.ts';
import { BackendLocks } from '../src/state/backend-locks.ts';
import { State } from '../src/state/state.ts';
import { StateTable } from '../src/state/table.ts';
import { caller } from '../src/test/callers.ts';
import { flavoured } from './flavour.ts';
import { TestClock } from '../src/test/clock.ts';

export const root = caller(0);
export const text = (value: string): Uint8Array => new TextEncoder().encode(value);
export const mode = (bits: number): NewAttributes => ({ mode: bits });

/** Two shares on one volume, with the file and state services over them. */
export interface World {
  readonly volume: Volume;
  /** The same without what the test put around it: what others do who share the volume. */
  readonly inner: Volume;
  readonly clock: TestClock;
  readonly parts: FileParts & { readonly handles: LruHandleCache; readonly streams: Streams };
  readonly files: Files;
  readonly state: State;
  readonly top: FileRef;
  readonly other: FileRef;
  readonly reported: unknown[];
  /** Makes the first share read-only or not. */
  setReadOnly(readOnly: boolean): void;
  /** A file with content, made by the superuser and given to an owner. */
  file(name: string, attributes?: { mode?: number; uid?: number; gid?: number }, content?: string): Promise<FileRef>;
  directory(name: string, attributes?: { mode?: number; uid?: number; gid?: number }): Promise<FileRef>;
}

export async function makeWorld(
  options: MemoryVolumeOptions & {
    readonly wrap?: (volume: Volume) => Volume;
    readonly handles?: number;
    readonly foldedBytes?: number;
    readonly maxOpens?: number;
  } = {},
): Promise<World> {
  const memory = openMemoryVolume(flavoured(options));
  const volume = options.wrap?.(memory) ?? memory;
  const clock = new TestClock();
  const reported: unknown[] = [];
  let readOnly = false;
  const topOf = async (name: string): Promise<FileId> => {
    const made = await memory.mkdir({}, memory.root, text(name), { uid: 0, gid: 0, mode: 0o777 });
    await memory.mkdir({}, made.attributes.id, text(systemDirectoryName), { uid: 0, gid: 0, mode: 0o700 });
    return made.attributes.id;
  };
  const roots = [await topOf('one'), await topOf('two')];
  const share = (id: number): Share => ({
    id,
    tenant: 'default',
    name: `share${id}`,
    volume: 'v',
    root: roots[id - 1]!,
    owner: 'u0',
    createdAt: 0,
    doors: {},
    readOnly: id === 1 && readOnly,
  });
  const mounts: Mounts = {
    get(id) {
      if (id !== 1 && id !== 2) throw new StorageError('stale');
      return { share: share(id), volume, volumeName: 'v' };
    },
    all: () => [1, 2].map((id) => ({ share: share(id), volume, volumeName: 'v' })),
  };
  const table = new StateTable(clock);
  if (volume.locks !== undefined) {
    table.volume('v').backendLocks = new BackendLocks(volume.locks, clock, (error) => reported.push(error));
  }
  const handles = new LruHandleCache(clock, {
    limit: options.handles ?? 64,
    syncAfter: 5_000,
    report: (error) => reported.push(error),
  });
  const events = new EventBus();
  const report = (error: unknown): void => void reported.push(error);
  let counter = 0;
  const random = (length: number): Uint8Array => {
    counter += 1;
    return Uint8Array.from({ length }, (_, index) => (counter >> (8 * (index & 3))) & 255);
  };
  const system = new SystemDirectories(handles, random, report);
  const sidecars = new Sidecars(system, random, report);
  const places = new RecentPlaces();
  const streams = new Streams({ mounts, system, handles, table, events, clock, places, report });
  const parts = {
    mounts,
    table,
    handles,
    events,
    clock,
    system,
    streams,
    places,
    folded: new FoldedNames(clock, options.foldedBytes),
    sidecars,
    contents: new RestampedContents(new KeyedMutex(clock), table),
  };
  const files = new Files(parts);
  const state = new State({ ...openKeeper(parts), mounts, clock, maxOpens: options.maxOpens ?? 1_000 });
  const top = files.root(1);

  const give = async (id: FileId, attributes: { mode?: number; uid?: number; gid?: number }): Promise<FileRef> => {
    await memory.setattr({}, id, attributes);
    return { share: 1, id };
  };
  return {
    volume,
    inner: memory,
    clock,
    parts,
    files,
    state,
    top,
    other: files.root(2),
    reported,
    setReadOnly: (value) => {
      readOnly = value;
    },
    file: async (name, attributes = {}, content = '') => {
      const made = await files.create(root, top, text(name), { kind: 'guarded' }, mode(0o644));
      const file = { share: 1, id: made.attributes.id };
      if (content !== '') await files.write(root, file, 0, [text(content)], 'file');
      return give(file.id, attributes);
    },
    directory: async (name, attributes = {}) => {
      const made = await files.mkdir(root, top, text(name), mode(0o755));
      return give(made.attributes.id, attributes);
    },
  };
}

export function nameOf(name: Name): string {
  return new TextDecoder().decode(name);
}
