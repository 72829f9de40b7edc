import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, expect } from 'vitest';
import { isStorageError } from '@polynas/core/spi';
import type {
  Attributes,
  Call,
  DirectoryEntry,
  FileHandle,
  FileId,
  HandleAccess,
  Name,
  NewFile,
  Stability,
  StorageErrorCode,
  Volume,
} from '@polynas/core/spi';
import { checkTree } from './check-tree.ts';
import type { VolumeFactory } from './factory.ts';

export const call: Call = {};

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function text(value: Uint8Array | undefined): string | undefined {
  return value && new TextDecoder().decode(value);
}

/** `length` bytes that repeat with an odd period, so that a shifted block shows. */
export function pattern(length: number, seed = 1): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => ((index % 251) * 7 + seed * 13) & 0xff);
}

export function newFile(overrides: Partial<NewFile> = {}): NewFile {
  return { uid: 1000, gid: 100, mode: 0o644, ...overrides };
}

export async function expectCode(promise: Promise<unknown>, ...codes: StorageErrorCode[]): Promise<void> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if (!('error' in outcome)) return expect.fail(`expected ${codes.join(' or ')}, but it was done`);
  if (!isStorageError(outcome.error)) throw outcome.error;
  expect(codes, outcome.error.message).toContain(outcome.error.code);
}

/** The volume of the running test, and the steps that most tests need. */
export class Fixture {
  readonly factory: VolumeFactory;
  #volume: Volume | undefined;

  constructor(factory: VolumeFactory) {
    this.factory = factory;
  }

  get volume(): Volume {
    if (this.#volume === undefined) throw new Error('no test is running');
    return this.#volume;
  }

  get root(): FileId {
    return this.volume.root;
  }

  async open(): Promise<void> {
    this.#volume = await this.factory.open();
  }

  async close(): Promise<void> {
    const { volume } = this;
    this.#volume = undefined;
    await volume.close();
    await this.factory.cleanup?.(volume);
  }

  /** Ends this life of the volume and begins the next. */
  async reopen(): Promise<void> {
    if (this.factory.reopen === undefined) throw new Error('a persistent volume needs factory.reopen');
    await this.volume.close();
    this.#volume = await this.factory.reopen(this.volume);
  }

  async tick(): Promise<void> {
    if (this.factory.tick !== undefined) await this.factory.tick();
    else await setTimeout(2 + this.volume.traits.timeGranularity / 1_000_000);
  }

  async mkdir(directory: FileId, name: string): Promise<FileId> {
    const made = await this.volume.mkdir(call, directory, bytes(name), newFile({ mode: 0o755 }));
    return made.attributes.id;
  }

  async file(directory: FileId, name: string, content: string | Uint8Array = ''): Promise<FileId> {
    const made = await this.volume.create(call, directory, bytes(name), { kind: 'guarded' }, newFile());
    const data = typeof content === 'string' ? bytes(content) : content;
    if (data.length > 0) await this.write(made.attributes.id, 0, data);
    return made.attributes.id;
  }

  async lookup(directory: FileId, name: string | Name): Promise<Attributes | undefined> {
    return this.volume.lookup(call, directory, typeof name === 'string' ? bytes(name) : name);
  }

  async attributes(id: FileId): Promise<Attributes> {
    return this.volume.getattr(call, id);
  }

  async withHandle<Result>(id: FileId, access: HandleAccess, use: (handle: FileHandle) => Promise<Result>) {
    const handle = await this.volume.open(call, id, access);
    try {
      return await use(handle);
    } finally {
      await handle.close();
    }
  }

  async write(
    id: FileId,
    offset: number,
    data: string | Uint8Array,
    stability: Stability = 'file',
  ): Promise<Attributes> {
    const chunk = typeof data === 'string' ? bytes(data) : data;
    return this.withHandle(id, 'write', async (handle) => {
      const result = await handle.write(call, offset, [chunk.slice()], stability);
      return result.after;
    });
  }

  async read(id: FileId, offset = 0, length?: number): Promise<Uint8Array> {
    return this.withHandle(id, 'read', async (handle) => {
      const wanted = length ?? (await this.attributes(id)).size - offset;
      return (await handle.read(call, offset, wanted)).bytes;
    });
  }

  async readText(id: FileId): Promise<string | undefined> {
    return text(await this.read(id));
  }

  /** The whole directory in cookie order, in pages of `limit`. */
  async entries(directory: FileId, limit = 100, attributes = false): Promise<DirectoryEntry[]> {
    const all: DirectoryEntry[] = [];
    for (let cookie = 0n; ;) {
      const page = await this.volume.readdir(call, directory, cookie, { limit, attributes });
      all.push(...page.entries);
      const last = page.entries.at(-1);
      if (page.end) return all;
      if (last === undefined) expect.fail('an empty page that is not the end');
      cookie = last.cookie;
    }
  }

  /** The names in a directory, sorted. */
  async names(directory: FileId): Promise<string[]> {
    return (await this.entries(directory)).map((entry) => Buffer.from(entry.name).toString()).sort();
  }
}

/** Gives each test of the enclosing `describe` a volume of its own; after it the tree must still be sound. */
export function useVolume(factory: VolumeFactory): Fixture {
  const fixture = new Fixture(factory);
  beforeEach(() => fixture.open());
  afterEach(async () => {
    try {
      await checkTree(fixture.volume);
    } finally {
      await fixture.close();
    }
  });
  return fixture;
}
