import { inParallel, type Load, type LoadPlan, type PreparedLoad, patterned, scattered } from '../load.ts';
import { disposition, type FileId, SmbClient, type SmbServer } from './smb-client.ts';

const KIB = 1024;
const CHUNK = 1024 * KIB;

/** What the SMB loads work on, made once for each server. */
export interface SmbFixture {
  readonly server: SmbServer;
  readonly signed: Session;
  readonly sealed: Session;
  /** Files `f0`, … of 4 KiB in each session's directory. */
  readonly files: number;
  readonly largeBytes: number;
  readonly block: Buffer;
  readonly chunk: Buffer;
}

/**
 * A session with its open files, since an open belongs to its session. They are in a directory of its own: a server with a process for each
 * connection would have to keep files that both had open in step.
 */
interface Session {
  readonly client: SmbClient;
  readonly directory: string;
  /** Some of the small files, and the large one. */
  readonly small: readonly FileId[];
  readonly large: FileId;
}

export interface SmbFixtureOptions {
  readonly files: number;
  readonly largeBytes: number;
}

/** Small files that are held open. */
const OPEN = 100;

export async function smbFixture(server: SmbServer, options: SmbFixtureOptions): Promise<SmbFixture> {
  const { files, largeBytes } = options;
  const block = patterned(4 * KIB);
  const chunk = patterned(CHUNK);
  const base = { server, files, largeBytes, block, chunk };
  return {
    ...base,
    signed: await session(await SmbClient.connect(server, false), 'smb-fixture', base),
    sealed: await session(await SmbClient.connect(server, true), 'smb-fixture-sealed', base),
  };
}

/** Makes the session's files, opens some, and reads back to see that the server keeps what it was given. */
async function session(
  client: SmbClient,
  directory: string,
  { files, largeBytes, block, chunk }: Omit<SmbFixture, 'signed' | 'sealed'>,
): Promise<Session> {
  await client.mkdir(directory);
  await inParallel(16, files, async (i) => {
    const file = await client.create(`${directory}/f${i}`);
    await client.write(file, 0, block);
    await client.closeFile(file);
  });
  const large = await client.create(`${directory}/large`);
  await inParallel(8, largeBytes / CHUNK, (i) => client.write(large, i * CHUNK, chunk));
  await client.flush(large);
  const small: FileId[] = [];
  for (let i = 0; i < Math.min(OPEN, files); i += 1) {
    small.push(await client.create(`${directory}/f${i}`, disposition.open));
  }
  const first = await client.read(small[0]!, 0, 4 * KIB);
  const last = await client.read(large, largeBytes - CHUNK, CHUNK);
  if (!first.equals(block) || !last.equals(chunk))
    throw new Error('the server gave back other bytes than it was given');
  if ((await client.stat(`${directory}/f0`)) !== 4 * KIB) throw new Error('the server tells a wrong size');
  return { client, directory, small, large };
}

let fresh = 0;

/** A new empty directory, so that each round meets the same. */
async function emptyDirectory({ signed }: SmbFixture): Promise<string> {
  const name = `smb-d${fresh++}`;
  await signed.client.mkdir(name);
  return name;
}

/** What both kinds of session are measured with. */
type SessionLoad = Omit<Load<SmbFixture>, 'prepare'> & {
  prepare(fixture: SmbFixture, session: Session, plan: LoadPlan): Promise<PreparedLoad>;
};

const sessionLoads: readonly SessionLoad[] = [
  {
    name: 'CREATE new file + CLOSE',
    unit: 'file',
    prepare: async (fixture, { client }) => {
      const directory = await emptyDirectory(fixture);
      return { step: (i) => client.createAndClose(`${directory}/c${i}`) };
    },
  },
  {
    name: 'CREATE + QUERY_INFO + CLOSE (stat)',
    unit: 'name',
    prepare: async ({ files }, { client, directory }) => ({
      step: async (i) => {
        await client.stat(`${directory}/f${scattered(i, files)}`);
      },
    }),
  },
  {
    name: 'READ 4 KiB',
    unit: 'request',
    prepare: async (_fixture, { client, small }) => ({
      step: async (i) => expectBytes(await client.read(small[scattered(i, small.length)]!, 0, 4 * KIB), 4 * KIB),
    }),
  },
  {
    name: 'WRITE 4 KiB',
    unit: 'request',
    prepare: async ({ block, largeBytes }, { client, large }) => ({
      step: (i) => client.write(large, scattered(i, largeBytes / block.length) * block.length, block),
      finish: () => client.flush(large),
    }),
  },
  {
    name: 'READ 1 MiB',
    unit: 'MiB',
    depths: [1, 8],
    bytes: CHUNK,
    prepare: async ({ largeBytes }, { client, large }) => ({
      step: async (i) => expectBytes(await client.read(large, (i * CHUNK) % largeBytes, CHUNK), CHUNK),
    }),
  },
  {
    name: 'WRITE 1 MiB, FLUSH at the end',
    unit: 'MiB',
    depths: [1, 8],
    bytes: CHUNK,
    prepare: async ({ chunk, largeBytes }, { client, large }) => ({
      // Starts over at the end, so that a fast server does not fill the disk.
      step: (i) => client.write(large, (i * CHUNK) % largeBytes, chunk),
      finish: () => client.flush(large),
    }),
  },
];

/** What does not depend on how messages are protected, or is measured signed only. */
const signedOnly: readonly Load<SmbFixture>[] = [
  {
    name: 'connect, log in, TREE_CONNECT, disconnect',
    unit: 'connection',
    prepare: async ({ server }) => ({
      step: async () => (await SmbClient.connect(server, false)).disconnect(),
    }),
    maximum: (seconds) => Math.ceil(seconds * 2000),
  },
  { name: 'ECHO', unit: 'request', prepare: async ({ signed }) => ({ step: () => signed.client.echo() }) },
  {
    name: 'QUERY_DIRECTORY',
    unit: 'listing of the fixture directory',
    depths: [1],
    prepare: async ({ signed, files }) => ({
      step: async () => {
        const entries = await signed.client.list(signed.directory);
        if (entries !== files + 3) throw new Error(`a listing of ${entries} entries, not ${files + 3}`);
      },
    }),
  },
  {
    name: 'CREATE + WRITE 4 KiB + FLUSH + CLOSE',
    unit: 'file',
    prepare: async (fixture) => {
      const { signed, block } = fixture;
      const directory = await emptyDirectory(fixture);
      return {
        step: async (i) => {
          const file = await signed.client.create(`${directory}/w${i}`);
          await signed.client.write(file, 0, block);
          await signed.client.flush(file);
          await signed.client.closeFile(file);
        },
      };
    },
  },
  {
    name: 'CREATE with DELETE_ON_CLOSE + CLOSE',
    unit: 'file',
    prepare: async (fixture, { maximum }) => {
      const { client } = fixture.signed;
      const directory = await emptyDirectory(fixture);
      await inParallel(16, maximum, (i) => client.createAndClose(`${directory}/r${i}`));
      return { step: (i) => client.remove(`${directory}/r${i}`) };
    },
    maximum: (seconds) => Math.ceil(seconds * 1500),
  },
];

export const smbLoads: readonly Load<SmbFixture>[] = [
  ...signedOnly,
  ...sessionLoads.map((load) => bound(load, 'signed')),
  ...sessionLoads.map((load) => bound(load, 'sealed')),
];

function bound({ prepare, ...load }: SessionLoad, kind: 'signed' | 'sealed'): Load<SmbFixture> {
  return {
    ...load,
    name: kind === 'signed' ? load.name : `${load.name}, encrypted`,
    prepare: (fixture, plan) => prepare(fixture, fixture[kind], plan),
  };
}

function expectBytes(bytes: Buffer, length: number): void {
  if (bytes.length !== length) throw new Error(`${bytes.length} bytes, not ${length}`);
}
