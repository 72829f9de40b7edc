import { randomBytes } from 'node:crypto';
import { openMemoryVolume } from '@polynas/backend-memory';
import type { Core } from '@polynas/core';
import { createCore, memoryRegistryStore } from '@polynas/core';
import type { Volume } from '@polynas/core/spi';
import type { HttpServer } from '@polynas/http';
import { systemClock } from '@polynas/core/wire';
import type { S3DoorOptions } from '../door.ts';
import { listenS3Door } from '../door.ts';
import type { S3Answer } from '../http/front.ts';

export interface TestUser {
  readonly userId: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface TestDoor {
  readonly core: Core;
  readonly server: HttpServer;
  readonly endpoint: string;
  readonly alice: TestUser;
  readonly bob: TestUser;
  readonly answers: S3Answer[];
  /** What went wrong behind the door without a caller to tell. */
  readonly faults: unknown[];
  close(): Promise<void>;
}

/**
 * The S3 door over a core, and two users of one tenant.
 *
 * @param volume closed with the door
 */
export async function openDoor(change: Partial<S3DoorOptions> = {}, volume?: Volume): Promise<TestDoor> {
  const main = volume ?? openMemoryVolume();
  const faults: unknown[] = [];
  const core = await createCore({
    volumes: new Map([['main', main]]),
    registry: memoryRegistryStore(),
    clock: systemClock,
    random: randomBytes,
    hasher: { hash: async (password) => password, verify: async (password, hash) => password === hash },
    secretBox: { seal: (secret) => secret, open: (sealed) => sealed },
    report: (error) => faults.push(error),
  });
  const answers: S3Answer[] = [];
  const server = await listenS3Door(core, {
    host: '127.0.0.1',
    port: 0,
    clock: systemClock,
    random: randomBytes,
    onAnswer: (answer) => answers.push(answer),
    ...change,
  });
  return {
    core,
    server,
    endpoint: `http://127.0.0.1:${server.address.port}`,
    alice: await makeUser(core, 'alice'),
    bob: await makeUser(core, 'bob'),
    answers,
    faults,
    async close() {
      await server.stop(1000);
      await core.close();
      await main.close();
    },
  };
}

async function makeUser(core: Core, name: string): Promise<TestUser> {
  const { user, keys } = await core.accounts.createUser({ tenant: 'default', name });
  return { userId: user.id, accessKeyId: keys[0]!.id, secretAccessKey: keys[0]!.secret };
}
