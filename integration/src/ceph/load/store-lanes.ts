import type { SmbClient } from '../../bench/smb/smb-client.ts';
import { contentOf, digestOf } from './contents.ts';
import type { Journal } from './journal.ts';
import { Lane } from './lane.ts';
import { absent } from './place.ts';

/** SMB: new files, written in pieces at once, flushed and closed; every fourth is removed again. */
export class SmbLane extends Lane<SmbClient> {
  protected async step(client: SmbClient, number: number): Promise<void> {
    const path = `${this.name}-${number}`;
    const place = this.journal.name(path);
    let file: Buffer | undefined;
    await this.change([[place, digestOf(Buffer.alloc(0))]], async () => {
      file = await client.create(path);
    });
    const content = contentOf(path, number);
    const pieces = Array.from({ length: Math.ceil(content.length / 65_536) }, (_, index) => index * 65_536);
    // The flush acknowledges it.
    await this.overwrite(place, digestOf(content), async () => {
      await Promise.all(pieces.map((at) => client.write(file!, at, content.subarray(at, at + 65_536))));
      await client.flush(file!);
    });
    await this.change([], () => client.closeFile(file!));
    if (number % 4 === 3) await this.change([[place, absent]], () => client.remove(path));
  }
}

/** An object client with one connection. */
export interface ObjectClient {
  put(key: string, content: Buffer): Promise<void>;
  get(key: string): Promise<Buffer>;
  delete(key: string): Promise<void>;
  close(): void;
}

/** PUT over the same few keys again and again, GET of what was put, DELETE now and then; every ninth object is large. */
export class ObjectLane extends Lane<ObjectClient> {
  readonly #keys: readonly string[];

  constructor(name: string, journal: Journal, connect: () => Promise<ObjectClient>) {
    super(name, journal, connect);
    this.#keys = Array.from({ length: 12 }, (_, index) => `${name}/k${index}`);
  }

  protected async step(client: ObjectClient, number: number): Promise<void> {
    const key = this.#keys[number % this.#keys.length]!;
    const place = this.journal.name(key);
    const content = contentOf(`${key} version ${number}`, number);
    await this.change([[place, digestOf(content)]], () => client.put(key, content));
    const reading = place.read();
    let found: Buffer;
    try {
      found = await client.get(key);
    } catch (error) {
      this.note(error);
      throw error;
    }
    this.answered();
    if (!reading.sees(digestOf(found)))
      this.journal.fault(`${this.name}: GET of ${key} gave ${found.length} bytes: ${found.subarray(0, 60).toString()}`);
    if (number % 5 === 4) await this.change([[place, absent]], () => client.delete(key));
  }
}
