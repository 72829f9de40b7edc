import { setTimeout as sleep } from 'node:timers/promises';
import { stableHow, type NfsClient } from '../../bench/nfs/nfs-client.ts';
import { SmbClient } from '../../bench/smb/smb-client.ts';
import type { Head } from '../../head/head.ts';
import { BLOCK } from './blocks.ts';
import { contentOf } from './contents.ts';
import { mount, s3, swift } from './load-run.ts';
import type { ObjectClient } from './store-lanes.ts';

/** Names of each client. */
const names = 48;
const unstableBlocks = 256;
const blocksPerStep = 8;
const folderFiles = ['a', 'b', 'c'];
const piece = 65_536;

type Step = (number: number) => Promise<void>;

/**
 * Clients of all four doors that make, write, move, read and remove the same few names again and again, at a steady rate: what is there stays as much as it was, and whatever grows is not for its sake.
 */
export class SteadyLoad {
  /** Steps that were done: three to twelve calls each. */
  steps = 0;
  #stopped = false;
  readonly #close: () => void;
  readonly #done: Promise<unknown>;

  /** @param rate steps of each client in a second */
  static async start(head: Head, rate: number): Promise<SteadyLoad> {
    const nfs = await Promise.all([mount(head), mount(head), mount(head)]);
    const { port, share, user, password } = head.smbTarget('alice');
    const smb = await SmbClient.connect({ port, share, user: { name: user, password } }, false);
    const objects = [await s3(head), await swift(head)];
    const steps = [
      await unstableWrites(nfs[0]),
      newFiles(nfs[1]),
      folders(nfs[2]),
      smbFiles(smb),
      ...objects.map((client, index) => puts(client, `objects-${index}`)),
    ];
    return new SteadyLoad(steps, rate, () => [...nfs, smb, ...objects].forEach((client) => client.close()));
  }

  private constructor(steps: readonly Step[], rate: number, close: () => void) {
    this.#close = close;
    this.#done = Promise.all(steps.map((step) => this.#loop(step, 1000 / rate)));
    // Told by `stop`.
    this.#done.catch(() => undefined);
  }

  /** Rejected with what a client was answered but success. */
  async stop(): Promise<void> {
    this.#stopped = true;
    try {
      await this.#done;
    } finally {
      this.#close();
    }
  }

  async #loop(step: Step, between: number): Promise<void> {
    let due = performance.now();
    for (let number = 0; !this.#stopped; number += 1) {
      await step(number);
      this.steps += 1;
      due += between;
      await sleep(Math.max(0, due - performance.now()));
    }
  }
}

async function unstableWrites(client: NfsClient): Promise<Step> {
  const file = await client.create(client.root, 'unstable');
  const block = Buffer.alloc(BLOCK, 'unstable ');
  return async (number) => {
    for (let index = 0; index < blocksPerStep; index += 1) {
      const at = (number * blocksPerStep + index) % unstableBlocks;
      await client.write(file, at * BLOCK, block, stableHow.unstable);
    }
    if (number % 4 === 3) await client.commit(file);
    await client.read(file, (number % unstableBlocks) * BLOCK, BLOCK);
  };
}

function newFiles(client: NfsClient): Step {
  return async (number) => {
    const name = `new-${number % names}`;
    if (number >= names) await client.remove(client.root, name);
    const file = await client.create(client.root, name);
    const content = contentOf(name, number);
    for (let at = 0; at < content.length; at += piece)
      await client.write(file, at, content.subarray(at, at + piece), stableHow.fileSync);
    await client.lookup(client.root, name);
    await client.getattr(file);
  };
}

function folders(client: NfsClient): Step {
  return async (number) => {
    const folder = `folder-${number % names}`;
    const directory = await client.mkdir(client.root, folder);
    for (const name of folderFiles) {
      const file = await client.create(directory, name);
      await client.write(file, 0, contentOf(name, number % 8), stableHow.fileSync);
    }
    for (const name of ['a', 'b']) await client.rename(directory, name, directory, 'moved');
    await client.list(directory);
    for (const name of ['c', 'moved']) await client.remove(directory, name);
    await client.rmdir(client.root, folder);
  };
}

function smbFiles(client: SmbClient): Step {
  return async (number) => {
    const path = `smb-${number % names}`;
    if (number >= names) await client.remove(path);
    const file = await client.create(path);
    const content = contentOf(path, number);
    for (let at = 0; at < content.length; at += piece) await client.write(file, at, content.subarray(at, at + piece));
    await client.flush(file);
    await client.closeFile(file);
    await client.stat(path);
  };
}

function puts(client: ObjectClient, folder: string): Step {
  return async (number) => {
    const key = `${folder}/k${number % names}`;
    await client.put(key, contentOf(key, number));
    await client.get(key);
    if (number % 5 === 4) await client.delete(key);
  };
}
