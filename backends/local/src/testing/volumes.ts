import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import type { FileHandle, FileId } from '@polynas/core/spi';
import { openLocalVolume } from '../open.ts';
import type { LocalVolumeOptions } from '../options.ts';
import type { LocalVolume } from '../volume.ts';
import { discard, scratchDirectory } from './scratch.ts';

export const call = {};
export const newFile = { uid: 1000, gid: 100, mode: 0o644 };

export function name(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** `length` bytes that tell where they belong. */
export function pattern(length: number, seed = 1): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 7 + seed * 31 + (index >> 8)) & 0xff);
}

/** Volumes of one test file: closed and removed after each test. */
export class Volumes {
  readonly #open: LocalVolume[] = [];
  readonly #directories: string[] = [];

  constructor() {
    afterEach(async () => {
      // A volume that a test has broken may refuse an orderly end; its resources are free all the same.
      for (const volume of this.#open.splice(0)) await volume.close().catch(() => undefined);
      for (const directory of this.#directories.splice(0)) discard(directory);
    });
  }

  directory(): string {
    const directory = scratchDirectory();
    this.#directories.push(directory);
    return directory;
  }

  async open(options: Partial<LocalVolumeOptions> = {}): Promise<LocalVolume> {
    const volume = await openLocalVolume({ directory: options.directory ?? this.directory(), ...options });
    this.#open.push(volume);
    return volume;
  }

  /** What a kill at this moment leaves: a copy of the directory, while nothing is being written. */
  crashed(volume: LocalVolume): string {
    const directory = this.directory();
    cpSync(volume.directory, directory, { recursive: true });
    rmSync(join(directory, 'tree.lmdb-lock'), { force: true });
    return directory;
  }
}

export async function makeFile(
  volume: LocalVolume,
  text: string,
  bytes?: Uint8Array,
): Promise<{ id: FileId; handle: FileHandle }> {
  const { attributes } = await volume.create(call, volume.root, name(text), { kind: 'guarded' }, newFile);
  const handle = await volume.open(call, attributes.id, 'write');
  if (bytes !== undefined) await handle.write(call, 0, [bytes], 'file');
  return { id: attributes.id, handle };
}

export async function contentOf(volume: LocalVolume, id: FileId): Promise<Uint8Array> {
  const handle = await volume.open(call, id, 'read');
  try {
    const { size } = await volume.getattr(call, id);
    return (await handle.read(call, 0, size)).bytes;
  } finally {
    await handle.close();
  }
}
