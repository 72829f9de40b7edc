import { setTimeout as sleep } from 'node:timers/promises';
import { NfsClient, NfsStatusError } from '../../bench/nfs/nfs-client.ts';
import { S3Client, S3StatusError } from '../../bench/s3/s3-client.ts';
import { SmbClient } from '../../bench/smb/smb-client.ts';
import { authenticate, SwiftClient } from '../../bench/swift/swift-client.ts';
import type { Head } from '../../head/head.ts';
import { check, type View } from './check.ts';
import { digestOf } from './contents.ts';
import { Journal } from './journal.ts';
import type { Lane } from './lane.ts';
import { NfsNamesLane, NfsStableLane, NfsUnstableLane } from './nfs-lanes.ts';
import { ObjectLane, SmbLane, type ObjectClient } from './store-lanes.ts';

const NFS3ERR_NOENT = 2;

type AnyLane = Lane<{ close(): void }>;

/** Clients of all four doors at the share `files` of one head, working until they are stopped; and what they were told. */
export class LoadRun {
  readonly journal = new Journal();
  readonly unstable: readonly NfsUnstableLane[];
  readonly lanes: readonly AnyLane[];
  readonly #head: Head;
  readonly #name: string;

  /** A share by S3. */
  static objects(head: Head, share?: string): Promise<ObjectClient> {
    return s3(head, share);
  }

  /** @param name begins the names of all that its clients make: several runs of one share keep apart */
  constructor(head: Head, name = 'load') {
    this.#head = head;
    this.#name = name;
    const of = (lane: string): string => `${name}-${lane}`;
    const { journal } = this;
    const nfs = (): Promise<NfsClient> => mount(head);
    const smb = (): Promise<SmbClient> => {
      const { port, share, user, password } = head.smbTarget('alice');
      return SmbClient.connect({ port, share, user: { name: user, password } }, false);
    };
    this.unstable = ['nfs-unstable-a', 'nfs-unstable-b'].map((lane) => new NfsUnstableLane(of(lane), journal, nfs));
    this.lanes = [
      ...this.unstable,
      new NfsStableLane(of('nfs-stable'), journal, nfs),
      new NfsNamesLane(of('nfs-names'), journal, nfs),
      new SmbLane(of('smb'), journal, smb),
      new ObjectLane(of('s3-a'), journal, () => s3(head)),
      new ObjectLane(of('s3-b'), journal, () => s3(head)),
      new ObjectLane(of('swift'), journal, () => swift(head)),
    ];
  }

  start(): void {
    for (const lane of this.lanes) lane.start();
  }

  /** Every client ends its step. */
  async stop(): Promise<void> {
    const ends = await Promise.allSettled(this.lanes.map((lane) => lane.stop()));
    for (const end of ends) if (end.status === 'rejected') this.journal.fault(String(end.reason));
  }

  /** Waits until each client was acknowledged so many more changes and reads. @throws Error that names those that were not */
  async progress(more: number, seconds: number): Promise<void> {
    const before = this.lanes.map(({ acknowledged }) => acknowledged);
    const end = performance.now() + seconds * 1000;
    for (;;) {
      const behind = this.lanes.filter(({ acknowledged }, index) => acknowledged < before[index]! + more);
      if (behind.length === 0) return;
      if (performance.now() > end) {
        const names = behind.map(
          (lane) => `${lane.name} (${[...lane.failures].map(([text, times]) => `${times} × ${text}`).join('; ')})`,
        );
        throw new Error(`these clients do not go on within ${seconds} s: ${names.join(', ')}`);
      }
      await sleep(100);
    }
  }

  /** Waits for a moment when each client that writes unstable has something that was not committed. */
  async uncommitted(): Promise<void> {
    while (this.unstable.some(({ outstanding }) => outstanding < 8)) await sleep(1);
  }

  /** What each client was answered but success. */
  failures(): Record<string, Record<string, number>> {
    const some = this.lanes.filter(({ failures }) => failures.size > 0);
    return Object.fromEntries(some.map(({ name, failures }) => [name, Object.fromEntries(failures)]));
  }

  /** Acknowledged changes and reads. */
  acknowledged(): Record<string, number> {
    return Object.fromEntries(this.lanes.map(({ name, acknowledged }) => [name, acknowledged]));
  }

  /** Seconds that each client was without an answer at most. */
  pauses(): Record<string, number> {
    return Object.fromEntries(this.lanes.map(({ name, longestPause }) => [name, Math.round(longestPause / 100) / 10]));
  }

  /** What is there and was not acknowledged, or the other way round: file contents by S3, names by NFS. */
  async check(): Promise<string[]> {
    const nfs = await mount(this.#head);
    const objects = new ObjectClients(() => s3(this.#head));
    try {
      return await check(this.journal, viewOf(nfs, objects), (path) => !path.startsWith(this.#name));
    } finally {
      nfs.close();
      objects.close();
    }
  }
}

/** As many connections as are used at once. */
class ObjectClients {
  readonly #connect: () => Promise<ObjectClient>;
  readonly #idle: ObjectClient[] = [];

  constructor(connect: () => Promise<ObjectClient>) {
    this.#connect = connect;
  }

  async get(key: string): Promise<Buffer> {
    const client = this.#idle.pop() ?? (await this.#connect());
    try {
      return await client.get(key);
    } finally {
      this.#idle.push(client);
    }
  }

  close(): void {
    for (const client of this.#idle) client.close();
  }
}

export function mount(head: Head): Promise<NfsClient> {
  const { nfsPort } = head;
  return NfsClient.mount({ nfsPort, mountPort: nfsPort, exportPath: '/files', uid: 1000, gid: 1000 });
}

export async function s3(head: Head, bucket = 'files'): Promise<ObjectClient> {
  const { accessKeyId: accessKey, secretAccessKey: secretKey } = head.key('alice');
  const server = { port: head.s3Port, bucket, accessKey, secretKey, region: 'us-east-1' };
  const client = await S3Client.connect(server);
  return {
    put: (key, bytes) => client.put(key, { bytes, digest: digestOf(bytes) }),
    get: (key) => client.get(key),
    delete: (key) => client.delete(key),
    close: () => client.close(),
  };
}

export async function swift(head: Head): Promise<ObjectClient> {
  const server = { port: head.swiftPort, ...head.swiftTarget('alice') };
  return SwiftClient.connect(server, await authenticate(server));
}

/** Contents by S3, names by NFS. */
function viewOf(nfs: NfsClient, byS3: ObjectClients): View {
  return {
    content: async (path) => {
      try {
        return await byS3.get(path);
      } catch (error) {
        if (error instanceof S3StatusError && /: 404\b/.test(error.message)) return undefined;
        throw error;
      }
    },
    names: async (path) => {
      try {
        let directory = nfs.root;
        for (const name of path.split('/')) if (name !== '.') directory = await nfs.lookup(directory, name);
        return await nfs.names(directory);
      } catch (error) {
        if (error instanceof NfsStatusError && error.status === NFS3ERR_NOENT) return undefined;
        throw error;
      }
    },
  };
}
