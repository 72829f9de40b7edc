import { inParallel, type Load, patterned, scattered } from '../load.ts';
import { authenticate, SwiftClient, type SwiftServer } from './swift-client.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

/** What the Swift loads work on, made once for each server. */
export interface SwiftFixture {
  /** One connection for each step in flight. */
  readonly clients: readonly SwiftClient[];
  /** Objects `o/00000`, … of 4 KiB. */
  readonly objects: number;
  readonly small: Buffer;
  readonly medium: Buffer;
}

export interface SwiftFixtureOptions {
  /** Connections: the greatest depth of the run. */
  readonly connections: number;
  readonly objects: number;
}

export async function swiftFixture(server: SwiftServer, options: SwiftFixtureOptions): Promise<SwiftFixture> {
  const { connections, objects } = options;
  const access = await authenticate(server);
  const clients = await Promise.all(Array.from({ length: connections }, () => SwiftClient.connect(server, access)));
  const fixture: SwiftFixture = { clients, objects, small: patterned(4 * KIB), medium: patterned(MIB) };
  const first = by(fixture, 0);
  await first.createContainer();
  let next = 0;
  await inParallel(connections, connections, async (worker) => {
    while (next < objects) await by(fixture, worker).put(objectName(next++), fixture.small);
  });
  await first.put('medium', fixture.medium);
  const [small, medium] = [await first.get(objectName(0)), await first.get('medium')];
  if (!small.equals(fixture.small) || !medium.equals(fixture.medium)) {
    throw new Error('the server gave back other bytes than it was given');
  }
  return fixture;
}

let fresh = 0;

/** A name prefix that no round has used. */
function emptyPrefix(): string {
  return `swift-p${fresh++}`;
}

function objectName(i: number): string {
  return `swift-o/${i.toString().padStart(5, '0')}`;
}

function by({ clients }: SwiftFixture, worker: number): SwiftClient {
  return clients[worker] as SwiftClient;
}

export const swiftLoads: readonly Load<SwiftFixture>[] = [
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
        const body = await by(fixture, worker).get(objectName(scattered(i, fixture.objects)));
        expectBytes(body, fixture.small.length);
      },
    }),
  },
  {
    name: 'HEAD',
    unit: 'object',
    prepare: async (fixture) => ({
      step: (i, worker) => by(fixture, worker).head(objectName(scattered(i, fixture.objects))),
    }),
  },
  {
    name: 'LIST',
    unit: 'page of up to 1,000 names',
    depths: [1],
    prepare: async (fixture) => {
      const expected = Math.min(1000, fixture.objects);
      return {
        step: async (_i, worker) => {
          const { length } = await by(fixture, worker).list('swift-o/');
          if (length !== expected) throw new Error(`a page of ${length} names, not ${expected}`);
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
    maximum: (seconds) => Math.ceil(seconds * 200),
  },
  {
    name: 'PUT 1 MiB',
    unit: 'object',
    depths: [1, 4],
    bytes: MIB,
    prepare: async (fixture) => {
      const prefix = emptyPrefix();
      // Eight names in turn, so that a fast server does not fill the disk.
      return { step: (i, worker) => by(fixture, worker).put(`${prefix}/${i % 8}`, fixture.medium) };
    },
  },
  {
    name: 'GET 1 MiB',
    unit: 'object',
    depths: [1, 4],
    bytes: MIB,
    prepare: async (fixture) => ({
      step: async (_i, worker) => expectBytes(await by(fixture, worker).get('medium'), MIB),
    }),
  },
];

function expectBytes(bytes: Buffer, length: number): void {
  if (bytes.length !== length) throw new Error(`${bytes.length} bytes, not ${length}`);
}
