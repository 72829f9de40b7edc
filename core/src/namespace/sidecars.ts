import type { RandomSource } from '../clock.ts';
import type { ShareId } from '../service/index.ts';
import type { Call, FileId, Name, NewFile, Volume } from '../spi/index.ts';
import { StorageError, isStorageError } from '../spi/index.ts';
import { lookup } from './look.ts';
import type { MountedShare } from './mounts.ts';
import { entriesIn, isGone } from './system-directory.ts';
import type { SystemDirectories, SystemEntry } from './system-directory.ts';

/** What an extended attribute holds whose value lies in the sidecar: this, and the token that the sidecar begins with. */
const mark = Buffer.from('sidecar:');
const tokenBytes = 16;
/** Bytes of one sidecar: the parts of the largest uploads with all that is known of them take a tenth of it. */
const maxBytes = 16 * 1024 * 1024;
const readBytes = 1024 * 1024;
/** Bytes of sidecars that are remembered; whoever reads an object in ranges asks for its parts each time. */
const maxRemembered = 8 * 1024 * 1024;
const own: NewFile = { uid: 0, gid: 0, mode: 0o600 };

/** Values by the names of the extended attributes that refer to them. */
export type LargeValues = ReadonlyMap<string, Uint8Array>;

/** Values that are about to be kept: what the file gets, and what lies beside it. */
export interface Sidecar {
  /** A reference for each of the values. */
  readonly references: LargeValues;
  readonly bytes: Uint8Array;
}

/**
 * What core keeps of a file beyond the room that a volume has for extended attributes: a file in the share's system directory, named by the file's id
 * (docs/decisions/sidecars.md). Only where a file that becomes an object keeps its id (`traits.replace` `'rename'`).
 */
export class Sidecars {
  readonly #system: SystemDirectories;
  readonly #random: RandomSource;
  readonly #report: (error: unknown) => void;
  /** The directory of all sidecars of a share; `undefined` while there is none. Ids of shares are never used again. */
  readonly #known = new Map<ShareId, FileId | undefined>();
  /** By token; the longest unused first. A token never comes to mean anything else. */
  readonly #remembered = new Map<string, LargeValues>();
  #rememberedBytes = 0;

  constructor(system: SystemDirectories, random: RandomSource, report: (error: unknown) => void) {
    this.#system = system;
    this.#random = random;
    this.#report = report;
  }

  /** `tooLarge` beyond what a sidecar holds. */
  prepare(values: LargeValues): Sidecar {
    const token = Buffer.from(this.#random(tokenBytes));
    const chunks: Uint8Array[] = [token];
    for (const [name, value] of values) {
      const head = Buffer.alloc(8);
      head.writeUInt32BE(name.length);
      head.writeUInt32BE(value.length, 4);
      chunks.push(head, Buffer.from(name, 'latin1'), value);
    }
    const bytes = Buffer.concat(chunks);
    if (bytes.length > maxBytes) throw new StorageError('tooLarge', 'what is kept of one object');
    const reference = Buffer.concat([mark, token]);
    return { references: new Map([...values.keys()].map((name) => [name, reference])), bytes };
  }

  /** Keeps what was prepared beside a file that nobody else sees yet; stable when answered. */
  async keep(mount: MountedShare, call: Call, file: FileId, { bytes }: Sidecar): Promise<void> {
    const { volume } = mount;
    const directory = await this.#system.sidecars(mount, call);
    this.#known.set(mount.share.id, directory);
    const entry = await this.#system.createTemporary(mount, call, own);
    try {
      const handle = await volume.open(call, entry.attributes.id, 'write');
      let writtenIn: bigint;
      try {
        ({ epoch: writtenIn } = await handle.write(call, 0, [bytes], 'unstable'));
      } finally {
        await handle.close();
      }
      await volume.replace(call, entry.directory, entry.name, directory, nameOf(file), { writtenIn });
      this.#system.released(entry);
    } catch (error) {
      await this.#system.discard(mount, entry);
      throw error;
    }
  }

  /** The value that an extended attribute holds or refers to; `undefined` for a reference to what is not there any more. */
  async valueOf(
    mount: MountedShare,
    call: Call,
    file: FileId,
    name: string,
    held: Uint8Array,
  ): Promise<Uint8Array | undefined> {
    if (held.length !== mark.length + tokenBytes || Buffer.compare(held.subarray(0, mark.length), mark) !== 0)
      return held;
    const token = Buffer.from(held.subarray(mark.length)).toString('hex');
    const remembered = this.#remembered.get(token);
    const values = remembered ?? (await this.#read(mount, call, file, token));
    if (values !== undefined && remembered === undefined) this.#remember(token, values);
    return values?.get(name);
  }

  /** The file is gone, and its sidecar with it. Never rejects: what stays, nobody reaches, and the next start removes it. */
  async drop(mount: MountedShare, file: FileId): Promise<void> {
    try {
      const directory = await this.#all(mount);
      if (directory !== undefined) await mount.volume.unlink({}, directory, nameOf(file));
    } catch (error) {
      if (!isGone(error)) this.#report(error);
    }
  }

  /** After a failure: the file became no object, and is gone or under the name yet that it was made under; or it did and something later failed. Never rejects. */
  async dropUnlessPublished(mount: MountedShare, { directory, name, attributes: { id } }: SystemEntry): Promise<void> {
    const { volume } = mount;
    try {
      const isThere = (await lookup(volume, {}, directory, name))?.id === id;
      if (isThere || (await isGoneFile(volume, id))) await this.drop(mount, id);
    } catch (error) {
      this.#report(error);
    }
  }

  /** Removes what a crash has left of files that are gone; gives the number. */
  async sweep(mount: MountedShare): Promise<number> {
    const directory = await this.#all(mount);
    if (directory === undefined) return 0;
    let removed = 0;
    for await (const { name, id } of entriesIn(mount, directory)) {
      const file = fileOf(name);
      if (file !== undefined && !(await isGoneFile(mount.volume, file))) continue;
      await mount.volume.unlink({}, directory, name, { ifTarget: { id } });
      removed += 1;
    }
    return removed;
  }

  /** In a share that never had one, that costs nothing to know. Nobody but this head's core makes or removes the directory. */
  async #all(mount: MountedShare): Promise<FileId | undefined> {
    const { id } = mount.share;
    if (!this.#known.has(id)) {
      const found = await this.#system.sidecarsIfThere(mount, {});
      // Somebody may have made it meanwhile.
      if (!this.#known.has(id)) this.#known.set(id, found);
    }
    return this.#known.get(id);
  }

  async #read(mount: MountedShare, call: Call, file: FileId, token: string): Promise<LargeValues | undefined> {
    const { volume } = mount;
    const directory = await this.#all(mount);
    const found = directory === undefined ? undefined : await lookup(volume, call, directory, nameOf(file));
    if (found === undefined || found.size > maxBytes) return undefined;
    const bytes = Buffer.alloc(found.size);
    const handle = await volume.open(call, found.id, 'read');
    try {
      for (let at = 0; at < bytes.length;) {
        const read = await handle.read(call, at, Math.min(readBytes, bytes.length - at));
        if (read.bytes.length === 0) return undefined;
        bytes.set(read.bytes, at);
        at += read.bytes.length;
      }
    } finally {
      await handle.close();
    }
    // Of another object that the file has been since.
    return bytes.toString('hex', 0, tokenBytes) === token ? valuesIn(bytes) : undefined;
  }

  #remember(token: string, values: LargeValues): void {
    const sizeOf = (all: LargeValues): number => [...all.values()].reduce((sum, { length }) => sum + length, 0);
    this.#remembered.set(token, values);
    this.#rememberedBytes += sizeOf(values);
    for (const [oldest, others] of this.#remembered) {
      if (this.#rememberedBytes <= maxRemembered) return;
      this.#remembered.delete(oldest);
      this.#rememberedBytes -= sizeOf(others);
    }
  }
}

/** `undefined` for bytes that end early. */
function valuesIn(bytes: Buffer): LargeValues | undefined {
  const values = new Map<string, Uint8Array>();
  for (let at = tokenBytes; at < bytes.length;) {
    if (at + 8 > bytes.length) return undefined;
    const nameEnd = at + 8 + bytes.readUInt32BE(at);
    const end = nameEnd + bytes.readUInt32BE(at + 4);
    if (end > bytes.length) return undefined;
    values.set(bytes.toString('latin1', at + 8, nameEnd), bytes.subarray(nameEnd, end));
    at = end;
  }
  return values;
}

function nameOf(file: FileId): Name {
  return Buffer.from(file.toString(16));
}

function fileOf(name: Name): FileId | undefined {
  const text = Buffer.from(name).toString('latin1');
  return /^[0-9a-f]{1,32}$/.test(text) ? BigInt(`0x${text}`) : undefined;
}

async function isGoneFile(volume: Volume, file: FileId): Promise<boolean> {
  try {
    await volume.getattr({}, file);
    return false;
  } catch (error) {
    if (isStorageError(error, 'stale')) return true;
    throw error;
  }
}
