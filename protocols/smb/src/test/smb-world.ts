import { openMemoryVolume } from '@polynas/backend-memory';
import { type Core, createCore, memoryRegistryStore } from '@polynas/core';
import type { Caller, ShareDoors } from '@polynas/core/service';
import type { SmbServices } from '../server/services.ts';
import { createSmbServer, type SmbServer, type SmbServerOptions } from '../server/smb-server.ts';
import { systemClock } from '@polynas/core/wire';
import { ntHash } from '../ntlm/nt-hash.ts';
import { type ConnectOptions, SmbClient } from './smb-client.ts';

/** The password of every user. */
export const PASSWORD = 'Passw0rd';

export interface SmbWorldOptions extends Partial<Omit<SmbServerOptions, 'services' | 'observer'>> {
  /** Changes what the server gets to work on. */
  readonly services?: (core: Core) => Partial<SmbServices>;
}

/** A head's core over a memory volume, its SMB door, and clients of it. Users alice, bob and `olga@other`; shares `data`, `fixed` (read-only), `theirs` (of the other tenant), `closed`. */
export interface SmbWorld {
  readonly core: Core;
  readonly server: SmbServer;
  readonly port: number;
  readonly faults: unknown[];
  /** Why connections were closed by the server. */
  readonly dropped: string[];
  /** Not logged on. */
  open(): Promise<SmbClient>;
  /** Logged on as a user, alice unless said. */
  logOn(user?: string, options?: ConnectOptions): Promise<SmbClient>;
  /** Logged on as alice and connected to share `data`. */
  client(options?: ConnectOptions): Promise<SmbClient>;
  /** Who acts when the core is called directly. */
  callerOf(user: string): Caller;
  close(): Promise<void>;
}

export async function makeSmbWorld({ services, ...options }: SmbWorldOptions = {}): Promise<SmbWorld> {
  const volume = openMemoryVolume();
  const faults: unknown[] = [];
  const dropped: string[] = [];
  const core = await createCore({
    volumes: new Map([['main', volume]]),
    registry: memoryRegistryStore(),
    clock: systemClock,
    random: (length) => crypto.getRandomValues(new Uint8Array(length)),
    hasher: {
      hash: (password) => Promise.resolve(password),
      verify: (password, hashed) => Promise.resolve(password === hashed),
      ntHash: async (password) => Buffer.from(await ntHash(password)).toString('hex'),
    },
    secretBox: { seal: (secret) => secret, open: (sealed) => sealed },
    report: (error) => void faults.push(error),
  });
  const doors: ShareDoors = { smb: {} };
  const user = { tenant: 'default', password: PASSWORD };
  const owner = { tenant: 'default', owner: 'alice' };
  await core.apply({
    tenants: [{ name: 'other' }],
    users: [
      { ...user, name: 'alice', uid: 1000, gid: 1000 },
      { ...user, name: 'bob', uid: 1001, gid: 1001 },
      { ...user, tenant: 'other', name: 'olga', uid: 2000, gid: 2000 },
    ],
    shares: [
      { ...owner, name: 'data', mode: 0o777, doors },
      { ...owner, name: 'fixed', mode: 0o777, doors: { smb: { readOnly: true } } },
      { ...owner, name: 'closed', doors: {} },
      { tenant: 'other', owner: 'olga', name: 'theirs', doors },
    ],
  });
  const server = createSmbServer({
    serverGuid: new Uint8Array(16).fill(5),
    ...options,
    services: { ...servicesOf(core), ...services?.(core) },
    observer: { fault: (error) => void faults.push(error), dropped: (_client, reason) => void dropped.push(reason) },
  });
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
  const clients: SmbClient[] = [];
  const kept = async (opening: Promise<SmbClient>): Promise<SmbClient> => {
    const client = await opening;
    clients.push(client);
    return client;
  };
  const world: SmbWorld = {
    ...{ core, server, port, faults, dropped },
    open: () => kept(SmbClient.open(port)),
    logOn: (name = 'alice', connect = {}) => kept(SmbClient.logOn(port, name, PASSWORD, connect)),
    async client(connect = {}) {
      const client = await world.logOn('alice', connect);
      await client.treeConnect('data');
      return client;
    },
    callerOf(name) {
      const principal = core.accounts.principalOf(core.accounts.userByName('default', name)!);
      const how = { patience: 'wait', stateless: false, readOnly: false } as const;
      return { principal, door: 'internal', client: 'test', ...how };
    },
    async close() {
      for (const client of clients) client.close();
      await server.close(1000);
      await core.close();
      await volume.close();
    },
  };
  return world;
}

function servicesOf({ accounts, shares, files, state, events }: Core): SmbServices {
  return { accounts, shares, files, state, events };
}
