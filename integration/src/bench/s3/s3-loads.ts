import { hash } from 'node:crypto';
import { inParallel, type Load, patterned, scattered } from '../load.ts';
import { type Content, S3Client, type S3Server } from './s3-client.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

/** What the S3 loads work on, made once for each server. */
export interface S3Fixture {
  /** One connection for each step in flight. */
  readonly clients: readonly S3Client[];
  /** Objects `o/0000`, … of 4 KiB. */
  readonly objects: number;
  readonly small: Content;
  readonly medium: Content;
  readonly large: Content;
}

export interface S3FixtureOptions {
  /** Connections: the greatest depth of the run. */
  readonly connections: number;
  readonly objects: number;
  readonly largeBytes: number;
}

export async function s3Fixture(server: S3Server, options: S3FixtureOptions): Promise<S3Fixture> {
  const { connections, objects, largeBytes } = options;
  const clients = await Promise.all(Array.from({ length: connections }, () => S3Client.connect(server)));
  const fixture: S3Fixture = {
    clients,
    objects,
    small: content(4 * KIB),
    medium: content(8 * MIB),
    large: content(largeBytes),
  };
  const first = by(fixture, 0);
  await first.createBucket();
  let next = 0;
  const fill = async (worker: number) => {
    while (next < objects) await by(fixture, worker).put(objectKey(next++), fixture.small);
  };
  await Promise.all(clients.map((_, worker) => fill(worker)));
  await first.put('medium', fixture.medium);
  await first.put('large', fixture.large);
  const [small, large] = [await first.get(objectKey(0)), await first.get('large')];
  if (!small.equals(fixture.small.bytes) || !large.equals(fixture.large.bytes)) {
    throw new Error('the server gave back other bytes than it was given');
  }
  return fixture;
}

let fresh = 0;

/** A key prefix that no round has used. */
function emptyPrefix(): string {
  return `p${fresh++}`;
}

function objectKey(i: number): string {
  return `o/${i.toString().padStart(5, '0')}`;
}

function content(length: number): Content {
  const bytes = patterned(length);
  return { bytes, digest: hash('sha256', bytes) };
}

function by({ clients }: S3Fixture, worker: number): S3Client {
  return clients[worker] as S3Client;
}

export const s3Loads: readonly Load<S3Fixture>[] = [
  {
    name: 'PUT 4 KiB',
    unit: 'object',
    prepare: async (fixture) => {
      const prefix = emptyPrefix();
      return { step: (i, worker) => by(fixture, worker).put(`${prefix}/${i}`, fixture.small) };
    },
  },
  {
    name: 'GET 4 KiB',
    unit: 'object',
    prepare: async (fixture) => ({
      step: async (i, worker) => {
        const body = await by(fixture, worker).get(objectKey(scattered(i, fixture.objects)));
        expectBytes(body, fixture.small.bytes.length);
      },
    }),
  },
  {
    name: 'HEAD',
    unit: 'object',
    prepare: async (fixture) => ({
      step: (i, worker) => by(fixture, worker).head(objectKey(scattered(i, fixture.objects))),
    }),
  },
  {
    name: 'LIST',
    unit: 'page of up to 1,000 keys',
    depths: [1],
    prepare: async (fixture) => {
      const expected = Math.min(1000, fixture.objects);
      return {
        step: async (_i, worker) => {
          const page = await by(fixture, worker).list('o%2F');
          const keys = page.split('<Key>').length - 1;
          if (keys !== expected) throw new Error(`a page of ${keys} keys, not ${expected}`);
        },
      };
    },
  },
  {
    name: 'DELETE',
    unit: 'object',
    prepare: async (fixture, { maximum }) => {
      const prefix = emptyPrefix();
      const connections = fixture.clients.length;
      let next = 0;
      await inParallel(connections, connections, async (worker) => {
        while (next < maximum) await by(fixture, worker).put(`${prefix}/${next++}`, fixture.small);
      });
      return { step: (i, worker) => by(fixture, worker).delete(`${prefix}/${i}`) };
    },
    maximum: (seconds) => Math.ceil(seconds * 500),
  },
  {
    name: 'PUT 8 MiB',
    unit: 'object',
    depths: [1, 4],
    bytes: 8 * MIB,
    prepare: async (fixture) => {
      const prefix = emptyPrefix();
      // Eight keys in turn, so that a fast server does not fill the disk.
      return { step: (i, worker) => by(fixture, worker).put(`${prefix}/${i % 8}`, fixture.medium) };
    },
  },
  {
    name: 'GET 8 MiB',
    unit: 'object',
    depths: [1, 4],
    bytes: 8 * MIB,
    prepare: async (fixture) => ({
      step: async (_i, worker) => expectBytes(await by(fixture, worker).get('medium'), fixture.medium.bytes.length),
    }),
  },
];

/** Large objects, whose size the run chooses. */
export function largeObjectLoads(largeBytes: number): readonly Load<S3Fixture>[] {
  const size = `${largeBytes / MIB} MiB`;
  return [
    {
      name: `PUT ${size}`,
      unit: 'object',
      depths: [1],
      bytes: largeBytes,
      prepare: async (fixture) => {
        const prefix = emptyPrefix();
        return { step: (i, worker) => by(fixture, worker).put(`${prefix}/${i % 2}`, fixture.large) };
      },
    },
    {
      name: `GET ${size}`,
      unit: 'object',
      depths: [1],
      bytes: largeBytes,
      prepare: async (fixture) => ({
        step: async (_i, worker) => expectBytes(await by(fixture, worker).get('large'), largeBytes),
      }),
    },
  ];
}

function expectBytes(bytes: Buffer, length: number): void {
  if (bytes.length !== length) throw new Error(`${bytes.length} bytes, not ${length}`);
}
