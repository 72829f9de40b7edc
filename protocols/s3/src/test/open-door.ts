import { randomBytes } from 'node:crypto';
import type { Principal } from '@polynas/core/service';
import { systemClock } from '../clock.ts';
import type { S3DoorOptions } from '../door.ts';
import { listenS3Door } from '../door.ts';
import type { S3Answer } from '../http/front.ts';
import type { S3Server } from '../http/server.ts';
import { fakeServices } from './fake-services.ts';

export interface TestUser {
  readonly userId: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface TestDoor {
  readonly server: S3Server;
  readonly endpoint: string;
  readonly alice: TestUser;
  readonly bob: TestUser;
  readonly answers: S3Answer[];
  close(): Promise<void>;
}

/** The S3 door with two users of one tenant. */
export async function openDoor(change: Partial<S3DoorOptions> = {}): Promise<TestDoor> {
  const users = ['alice', 'bob'].map((name, index) => ({
    ...principal(name, 1000 + index),
    keyId: `KEY${name}`,
    secret: `of-${name}`,
  }));
  const answers: S3Answer[] = [];
  const server = await listenS3Door(fakeServices(users), {
    host: '127.0.0.1',
    port: 0,
    clock: systemClock,
    random: randomBytes,
    onAnswer: (answer) => answers.push(answer),
    ...change,
  });
  const [alice, bob] = users.map((user) => ({
    userId: user.userId!,
    accessKeyId: user.keyId,
    secretAccessKey: user.secret,
  })) as [TestUser, TestUser];
  const endpoint = `http://127.0.0.1:${server.address.port}`;
  return { server, endpoint, alice, bob, answers, close: () => server.stop(1000) };
}

function principal(name: string, uid: number): Principal {
  return { userId: `id-${name}`, name, tenant: 'default', uid, gid: uid, groups: [], superuser: false };
}
