import { inParallel, type Load, patterned, scattered } from '../load.ts';
import { NfsClient, type NfsServer, stableHow } from './nfs-client.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const CHUNK = MIB;

/** What the NFS loads work on, made once for each server. */
export interface NfsFixture {
  readonly client: NfsClient;
  readonly directory: Buffer;
  /** Handles of `f0`, `f1`, … in `directory`, 4 KiB each. */
  readonly files: readonly Buffer[];
  /** A file of `largeBytes`. */
  readonly large: Buffer;
  readonly largeBytes: number;
  readonly block: Buffer;
  readonly chunk: Buffer;
}

export interface NfsFixtureOptions {
  readonly files: number;
  readonly largeBytes: number;
}

/** Mounts, makes the files, and reads some back to see that the server keeps what it was given. */
export async function nfsFixture(server: NfsServer, options: NfsFixtureOptions): Promise<NfsFixture> {
  const client = await NfsClient.mount(server);
  const directory = await client.mkdir(client.root, 'fixture');
  const block = patterned(4 * KIB);
  const chunk = patterned(CHUNK);
  const files: Buffer[] = Array.from({ length: options.files });
  await inParallel(16, options.files, async (i) => {
    const file = await client.create(directory, `f${i}`);
    await client.write(file, 0, block, stableHow.fileSync);
    files[i] = file;
  });
  const large = await client.create(directory, 'large');
  await inParallel(8, options.largeBytes / CHUNK, (i) => client.write(large, i * CHUNK, chunk, stableHow.unstable));
  await client.commit(large);
  const small = await client.read(files[0] ?? directory, 0, 4 * KIB);
  const last = await client.read(large, options.largeBytes - CHUNK, CHUNK);
  if (!small.equals(block) || !last.equals(chunk))
    throw new Error('the server gave back other bytes than it was given');
  return { client, directory, files, large, largeBytes: options.largeBytes, block, chunk };
}

let fresh = 0;

/** A new empty directory, so that each round meets the same. */
function emptyDirectory({ client }: NfsFixture): Promise<Buffer> {
  return client.mkdir(client.root, `d${fresh++}`);
}

function pick<T>(items: readonly T[], step: number): T {
  return items[scattered(step, items.length)] as T;
}

export const nfsLoads: readonly Load<NfsFixture>[] = [
  { name: 'NULL', unit: 'call', prepare: async ({ client }) => ({ step: () => client.null() }) },
  {
    name: 'GETATTR',
    unit: 'call',
    prepare: async ({ client, files }) => ({ step: (i) => client.getattr(pick(files, i)) }),
  },
  {
    name: 'LOOKUP',
    unit: 'call',
    prepare: async ({ client, directory, files }) => ({
      step: async (i) => {
        await client.lookup(directory, `f${scattered(i, files.length)}`);
      },
    }),
  },
  {
    name: 'ACCESS',
    unit: 'call',
    prepare: async ({ client, files }) => ({ step: (i) => client.access(pick(files, i)) }),
  },
  {
    name: 'READ 4 KiB',
    unit: 'call',
    prepare: async ({ client, files }) => ({
      step: async (i) => expectBytes(await client.read(pick(files, i), 0, 4 * KIB), 4 * KIB),
    }),
  },
  {
    name: 'READDIRPLUS',
    unit: 'listing of the fixture directory',
    depths: [1],
    prepare: async ({ client, directory, files }) => ({
      step: async () => {
        const entries = await client.list(directory);
        if (entries < files.length) throw new Error(`a listing of ${entries} entries, not ${files.length}`);
      },
    }),
  },
  {
    name: 'CREATE',
    unit: 'call',
    prepare: async (fixture) => {
      const directory = await emptyDirectory(fixture);
      return {
        step: async (i) => {
          await fixture.client.create(directory, `c${i}`);
        },
      };
    },
  },
  {
    name: 'CREATE + WRITE 4 KiB FILE_SYNC',
    unit: 'file',
    prepare: async (fixture) => {
      const { client, block } = fixture;
      const directory = await emptyDirectory(fixture);
      return {
        step: async (i) => client.write(await client.create(directory, `w${i}`), 0, block, stableHow.fileSync),
      };
    },
  },
  {
    name: 'CREATE + WRITE 4 KiB UNSTABLE + COMMIT',
    unit: 'file',
    prepare: async (fixture) => {
      const { client, block } = fixture;
      const directory = await emptyDirectory(fixture);
      return {
        step: async (i) => {
          const file = await client.create(directory, `w${i}`);
          await client.write(file, 0, block, stableHow.unstable);
          await client.commit(file);
        },
      };
    },
  },
  {
    name: 'WRITE 4 KiB FILE_SYNC',
    unit: 'call',
    prepare: async ({ client, files, block }) => ({
      step: (i) => client.write(pick(files, i), 0, block, stableHow.fileSync),
    }),
  },
  {
    name: 'WRITE 4 KiB UNSTABLE',
    unit: 'call',
    prepare: async ({ client, large, largeBytes, block }) => ({
      step: (i) =>
        client.write(large, scattered(i, largeBytes / block.length) * block.length, block, stableHow.unstable),
      finish: () => client.commit(large),
    }),
  },
  {
    name: 'REMOVE',
    unit: 'call',
    prepare: async (fixture, { maximum }) => {
      const { client } = fixture;
      const directory = await emptyDirectory(fixture);
      await inParallel(16, maximum, async (i) => {
        await client.create(directory, `r${i}`);
      });
      return { step: (i) => client.remove(directory, `r${i}`) };
    },
    maximum: (seconds) => Math.ceil(seconds * 1500),
  },
  {
    name: 'sequential write, 1 MiB UNSTABLE, COMMIT at the end',
    unit: 'MiB',
    depths: [8],
    bytes: CHUNK,
    prepare: async (fixture) => {
      const { client, chunk, largeBytes } = fixture;
      const file = await client.create(await emptyDirectory(fixture), 'sequential');
      return {
        // Starts over at the end, so that a fast server does not fill the disk.
        step: (i) => client.write(file, (i * CHUNK) % largeBytes, chunk, stableHow.unstable),
        finish: () => client.commit(file),
      };
    },
  },
  {
    name: 'sequential read, 1 MiB',
    unit: 'MiB',
    depths: [1, 8],
    bytes: CHUNK,
    prepare: async ({ client, large, largeBytes }) => ({
      step: async (i) => expectBytes(await client.read(large, (i * CHUNK) % largeBytes, CHUNK), CHUNK),
    }),
  },
];

function expectBytes(bytes: Buffer, length: number): void {
  if (bytes.length !== length) throw new Error(`${bytes.length} bytes, not ${length}`);
}
