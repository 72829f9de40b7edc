import { randomBytes } from 'node:crypto';
import { openMemoryVolume } from '@polynas/backend-memory';
import type { Core } from '@polynas/core';
import { createCore, memoryRegistryStore } from '@polynas/core';
import type { Caller, Share } from '@polynas/core/service';
import { type Clock, systemClock } from '@polynas/core/wire';
import type { HttpServer } from '@polynas/http';
import type { SwiftDoorOptions } from '../door.ts';
import { listenSwiftDoor } from '../door.ts';
import type { SwiftAnswer } from '../http/front.ts';

export interface TestDoor {
  readonly core: Core;
  readonly server: HttpServer;
  /** `http://host:port`. */
  readonly url: string;
  readonly answers: SwiftAnswer[];
  /** What went wrong behind the door without a caller to tell. */
  readonly faults: unknown[];
  /** Moves the door's idea of the time, not that of its timers. */
  advance(milliseconds: number): void;
  /** A client of `tenant:user`; without a name, of nobody. */
  client(name?: string): Promise<TestClient>;
  /** Who another door would act as. */
  callerOf(name: string): Caller;
  close(): Promise<void>;
}

export interface TestAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

export interface TestClient {
  readonly token: string;
  /** A path below the account; one that begins with `/v1/` or another root stands for itself. */
  send(method: string, path: string, headers?: Readonly<Record<string, string>>, body?: string): Promise<TestAnswer>;
}

/** The Swift door over a core: tenants `default` and `other`, users `boss` (an administrator), `anna` and `bert`, and `zoe` of the other one. */
export async function openDoor(change: Partial<SwiftDoorOptions> = {}): Promise<TestDoor> {
  const volume = openMemoryVolume();
  const faults: unknown[] = [];
  let offset = 0;
  const clock: Clock = { ...systemClock, now: () => Date.now() + offset };
  const core = await createCore({
    volumes: new Map([['main', volume]]),
    registry: memoryRegistryStore(),
    clock,
    random: randomBytes,
    hasher: {
      hash: (password) => Promise.resolve(`hash of ${password}`),
      verify: (password, hash) => Promise.resolve(hash === `hash of ${password}`),
    },
    secretBox: { seal: (secret) => secret, open: (sealed) => sealed },
    report: (error) => faults.push(error),
  });
  const key = { id: 'ANNASACCESSKEY', secret: 'annas-secret-annas-secret-annas-secret' };
  await core.apply({
    tenants: [{ name: 'other' }],
    users: [
      { tenant: 'default', name: 'boss', password: 'pass', administrator: true },
      { tenant: 'default', name: 'anna', password: 'pass', accessKeys: [key] },
      { tenant: 'default', name: 'bert', password: 'pass' },
      { tenant: 'other', name: 'zoe', password: 'pass' },
    ],
  });
  const answers: SwiftAnswer[] = [];
  const server = await listenSwiftDoor(core, {
    host: '127.0.0.1',
    port: 0,
    clock,
    random: randomBytes,
    onAnswer: (answer) => answers.push(answer),
    ...change,
  });
  const url = `http://127.0.0.1:${server.address.port}`;
  return {
    core,
    server,
    url,
    answers,
    faults,
    advance: (milliseconds) => {
      offset += milliseconds;
    },
    client: (name) => clientOf(url, name),
    callerOf: (name) => ({
      principal: core.accounts.principalOf(core.accounts.userByName('default', name)!),
      door: 's3',
      client: 'test',
      patience: 'wait',
      stateless: false,
      readOnly: false,
    }),
    async close() {
      await server.stop(1000);
      await core.close();
      await volume.close();
    },
  };
}

export function shareNamed(door: TestDoor, name: string): Share {
  const share = door.core.shares.byName('swift', 'default', name);
  if (share === undefined) throw new Error(`no container ${name}`);
  return share;
}

async function clientOf(url: string, name: string | undefined): Promise<TestClient> {
  const headers = { 'x-auth-user': name ?? '', 'x-auth-key': 'pass' };
  const answer = name === undefined ? undefined : await fetch(`${url}/auth/v1.0`, { headers });
  if (answer !== undefined && answer.status !== 200) throw new Error(`not let in: ${answer.status}`);
  const token = answer?.headers.get('x-auth-token') ?? '';
  const account = answer?.headers.get('x-storage-url') ?? `${url}/v1/AUTH_default`;
  return {
    token,
    async send(method, path, more = {}, body) {
      const target = path.startsWith('/') ? `${url}${path}` : path === '' ? account : `${account}/${path}`;
      const given = token === '' ? more : { 'x-auth-token': token, ...more };
      const response = await fetch(target, { method, headers: given, ...(body !== undefined && { body }) });
      return { status: response.status, headers: response.headers, text: await response.text() };
    },
  };
}
