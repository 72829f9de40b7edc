import { randomUUID } from 'node:crypto';
import { NfsClient, stableHow } from '../../bench/nfs/nfs-client.ts';
import type { Head } from '../../head/head.ts';
import { BLOCK, blockOf, versionsIn } from './blocks.ts';

const blocks = 8;

/** A file that was written UNSTABLE by NFS and not committed. */
export class Unstable {
  readonly #client: NfsClient;
  readonly #file: Buffer;
  readonly #name: string;
  readonly #verifier: bigint;

  static async written(head: Head): Promise<Unstable> {
    const { nfsPort } = head;
    const server = { nfsPort, mountPort: nfsPort, exportPath: '/files', uid: 1000, gid: 1000 };
    const client = await NfsClient.mount(server);
    const name = `unstable-${randomUUID()}`;
    const file = await client.create(client.root, name);
    let verifier = 0n;
    for (let block = 0; block < blocks; block += 1)
      verifier = await client.writeVerified(file, block * BLOCK, blockOf(name, block, 'v1'), stableHow.unstable);
    return new Unstable(client, name, file, verifier);
  }

  private constructor(client: NfsClient, name: string, file: Buffer, verifier: bigint) {
    this.#client = client;
    this.#name = name;
    this.#file = file;
    this.#verifier = verifier;
  }

  /** COMMITs; whether the verifier told of a loss. @throws Error when it did not, and something is lost */
  async commit(): Promise<{ readonly told: boolean }> {
    const verifier = await this.#client.commitVerified(this.#file);
    const told = verifier !== this.#verifier;
    const lost: number[] = [];
    for (let block = 0; block < blocks; block += 1) {
      const content = await this.#client.read(this.#file, block * BLOCK, BLOCK);
      if ([...versionsIn(this.#name, block, content)].join('') !== 'v1') lost.push(block);
    }
    this.#client.close();
    if (!told && lost.length > 0) throw new Error(`blocks ${lost.join(', ')} are lost, and the verifier is the same`);
    return { told };
  }
}
