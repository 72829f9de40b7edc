import { stableHow, type NfsClient } from '../../bench/nfs/nfs-client.ts';
import { BLOCK, blockOf, versionsIn } from './blocks.ts';
import type { Journal } from './journal.ts';
import { Lane } from './lane.ts';
import { absent, directory, type Attempt, type Place } from './place.ts';
import { contentOf, digestOf } from './contents.ts';

const blocksPerFile = 32;
const perStep = 8;
/** Most of the time there is something that was not committed. */
const stepsPerCommit = 6;
const atOnce = 6;

interface Uncommitted {
  readonly block: number;
  readonly verifier: bigint;
  readonly attempt: Attempt;
}

/**
 * UNSTABLE writes over and over the same file, then COMMIT; what the server's verifier says may be lost is written again, as RFC 1813
 * §4.8 has it. What was written before a connection broke is committed after it.
 */
export class NfsUnstableLane extends Lane<NfsClient> {
  readonly #path: string;
  readonly #places: Place[];
  #file: Buffer | undefined;
  #version = 0;
  #uncommitted: Uncommitted[] = [];
  /** Blocks to be written again: the verifier told that the server may have lost them. */
  readonly #lost = new Set<number>();
  /** Times that the verifier had changed. */
  changedVerifiers = 0;

  constructor(name: string, journal: Journal, connect: () => Promise<NfsClient>) {
    super(name, journal, connect);
    this.#path = name;
    this.#places = journal.file(this.#path, blocksPerFile, 'zeros');
  }

  /** Writes that were acknowledged and not committed. */
  get outstanding(): number {
    return this.#uncommitted.length;
  }

  protected override async connected(client: NfsClient): Promise<void> {
    this.#file ??= await client.create(client.root, this.#path).catch(() => client.lookup(client.root, this.#path));
    // What was written through the connection before: the verifier tells whether it is still there to be committed.
    if (this.#uncommitted.length > 0) await this.#commit(client, this.#file);
  }

  protected async step(client: NfsClient, number: number): Promise<void> {
    const file = this.#file!;
    const some = Array.from({ length: perStep }, (_, index) => (number * 7 + index * 5) % blocksPerFile);
    const blocks = [...new Set([...this.#lost, ...some])];
    for (let at = 0; at < blocks.length; at += atOnce) {
      await Promise.all(blocks.slice(at, at + atOnce).map((block) => this.#write(client, file, block)));
    }
    for (const block of blocks) this.#lost.delete(block);
    if (number % stepsPerCommit === 0) await this.#commit(client, file);
    await this.#readBack(client, file, blocks[0]!);
  }

  async #write(client: NfsClient, file: Buffer, block: number): Promise<void> {
    const version = `v${++this.#version}`;
    const content = blockOf(this.#path, block, version);
    let verifier = 0n;
    const [attempt] = await this.change(
      [[this.#places[block]!, version]],
      async () => void (verifier = await client.writeVerified(file, block * BLOCK, content, stableHow.unstable)),
      false,
    );
    this.#uncommitted.push({ block, verifier, attempt: attempt! });
  }

  async #commit(client: NfsClient, file: Buffer): Promise<void> {
    const covered = this.#uncommitted;
    let verifier: bigint;
    try {
      verifier = await client.commitVerified(file);
    } catch (error) {
      this.note(error);
      throw error;
    }
    this.#uncommitted = [];
    const lost = covered.filter((write) => write.verifier !== verifier);
    for (const write of covered) if (write.verifier === verifier) write.attempt.stable();
    for (const { block } of lost) this.#lost.add(block);
    if (lost.length > 0) this.changedVerifiers += 1;
    this.answered();
  }

  async #readBack(client: NfsClient, file: Buffer, block: number): Promise<void> {
    const place = this.#places[block]!;
    const reading = place.read();
    let content: Buffer;
    try {
      content = await client.read(file, block * BLOCK, BLOCK);
    } catch (error) {
      this.note(error);
      throw error;
    }
    const versions = [...versionsIn(this.#path, block, content)];
    const allowed = [...place.allowed()].join(', ');
    const [version = ''] = versions;
    if (versions.length !== 1 || !reading.sees(version))
      this.journal.fault(`${this.name}: READ of ${place.label} gave ${versions.join(', ')} instead of ${allowed}`);
  }
}

/** Small files by FILE_SYNC writes, each new, some of them written over in place. */
export class NfsStableLane extends Lane<NfsClient> {
  protected async step(client: NfsClient, number: number): Promise<void> {
    const path = `${this.name}-${number}`;
    const place = this.journal.name(path);
    let file: Buffer | undefined;
    await this.change([[place, digestOf(Buffer.alloc(0))]], async () => {
      file = await client.create(client.root, path);
    });
    const content = contentOf(path, number);
    await this.overwrite(place, digestOf(content), () => client.write(file!, 0, content, stableHow.fileSync));
    if (number % 3 !== 0) return;
    const changed = contentOf(`${path} again`, number).subarray(0, content.length);
    const whole = Buffer.concat([changed, content.subarray(changed.length)]);
    await this.overwrite(place, digestOf(whole), () => client.write(file!, 0, changed, stableHow.fileSync));
  }
}

/** Names: directories, files in them, renames to free and to taken names, removals. A name is used once, so every answer but success is wrong. */
export class NfsNamesLane extends Lane<NfsClient> {
  protected async step(client: NfsClient, number: number): Promise<void> {
    const { journal } = this;
    const folder = `${this.name}-${number}`;
    const at = (name: string): Place => journal.name(`${folder}/${name}`);
    const made: { handle?: Buffer } = {};
    await this.change([[journal.name(folder), directory]], async () => {
      made.handle = await client.mkdir(client.root, folder);
    });
    const handle = made.handle!;
    const contents = new Map<string, string>();
    for (const name of ['a', 'b', 'c']) {
      let file: Buffer | undefined;
      await this.change([[at(name), digestOf(Buffer.alloc(0))]], async () => {
        file = await client.create(handle, name);
      });
      const content = contentOf(`${folder}/${name}`, number);
      contents.set(name, digestOf(content));
      await this.overwrite(at(name), digestOf(content), () => client.write(file!, 0, content, stableHow.fileSync));
    }
    await this.#rename(client, handle, folder, 'a', 'moved', contents.get('a')!);
    await this.#rename(client, handle, folder, 'b', 'moved', contents.get('b')!);
    await this.change([[at('c'), absent]], () => client.remove(handle, 'c'));
    if (number % 2 !== 0) return;
    await this.change([[at('moved'), absent]], () => client.remove(handle, 'moved'));
    await this.change([[journal.name(folder), absent]], () => client.rmdir(client.root, folder));
  }

  async #rename(
    client: NfsClient,
    handle: Buffer,
    folder: string,
    from: string,
    to: string,
    value: string,
  ): Promise<void> {
    const [source, target] = [this.journal.name(`${folder}/${from}`), this.journal.name(`${folder}/${to}`)];
    try {
      await this.change(
        [
          [source, absent],
          [target, value],
        ],
        () => client.rename(handle, from, handle, to),
      );
    } catch (error) {
      this.journal.undecided.push({ from: source.label, to: target.label, value });
      throw error;
    }
  }
}
