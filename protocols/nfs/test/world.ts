import { openMemoryVolume, type MemoryVolumeOptions } from '@polynas/backend-memory';
import { type Core, createCore, memoryRegistryStore } from '@polynas/core';
import type { NfsClientRule } from '@polynas/core/service';
import type { Volume } from '@polynas/core/spi';
import type { ProcedureCodec } from '../src/codec/procedure-codec.ts';
import { NfsServer } from '../src/nfs-server.ts';
import { RpcClient } from '../src/rpc/client.ts';
import { systemClock } from '@polynas/core/wire';
import type { Credentials } from '../src/rpc/credentials.ts';
import { MOUNT_PROGRAM, MOUNT_V3, Mountstat3, mountV3Procedures } from '../src/xdr/mount.ts';
import {
  Createmode3,
  type Fattr3,
  NFS_PROGRAM,
  NFS_V3,
  type Nfsstat3,
  nfsV3Procedures as p,
  type Sattr3,
  TimeHow,
} from '../src/xdr/nfs3.ts';

export const bytes = (value: string): Uint8Array => new Uint8Array(Buffer.from(value));
export const text = (value: Uint8Array): string => Buffer.from(value).toString();
export const NO_VERIFIER = new Uint8Array(8);

export function sattr(changes: Partial<Sattr3> = {}): Sattr3 {
  return {
    mode: undefined,
    uid: undefined,
    gid: undefined,
    size: undefined,
    atime: { setIt: TimeHow.DONT_CHANGE },
    mtime: { setIt: TimeHow.DONT_CHANGE },
    ...changes,
  };
}

export function unix(uid: number, gid: number = uid, gids: readonly number[] = []): Credentials {
  return { flavor: 'sys', machineName: bytes('test'), uid, gid, gids };
}

export const rule = (changes: Partial<NfsClientRule> = {}): NfsClientRule => ({
  clients: '*',
  access: 'rw',
  squash: 'none',
  anonymousUid: 65_534,
  anonymousGid: 65_534,
  privilegedPort: false,
  ...changes,
});

/** One client: a connection with credentials, and what tests say often. */
export class TestClient {
  readonly rpc: RpcClient;

  constructor(rpc: RpcClient) {
    this.rpc = rpc;
  }

  nfs<Args, Result>(codec: ProcedureCodec<Args, Result>, args: Args): Promise<Result> {
    return this.rpc.call(NFS_PROGRAM, NFS_V3, codec, args);
  }

  mnt(path: string): Promise<{ readonly fhsStatus: number; readonly mountinfo?: { readonly fhandle: Uint8Array } }> {
    return this.rpc.call(MOUNT_PROGRAM, MOUNT_V3, mountV3Procedures.MOUNTPROC3_MNT, bytes(path));
  }

  /** The handle of an export's directory. */
  async mount(path: string): Promise<Uint8Array> {
    const found = await this.mnt(path);
    if (found.fhsStatus !== Mountstat3.MNT3_OK) throw new Error(`mount ${path}: ${found.fhsStatus}`);
    return found.mountinfo!.fhandle;
  }

  async getattr(object: Uint8Array): Promise<Fattr3> {
    return ok(await this.nfs(p.NFSPROC3_GETATTR, { object })).objAttributes;
  }

  async lookup(dir: Uint8Array, name: string): Promise<Uint8Array> {
    return ok(await this.nfs(p.NFSPROC3_LOOKUP, { what: { dir, name: bytes(name) } })).object;
  }

  async create(dir: Uint8Array, name: string, changes: Partial<Sattr3> = {}): Promise<Uint8Array> {
    const how = { mode: Createmode3.GUARDED, objAttributes: sattr({ mode: 0o644, ...changes }) };
    return ok(await this.nfs(p.NFSPROC3_CREATE, { where: { dir, name: bytes(name) }, how })).obj!;
  }

  async mkdir(dir: Uint8Array, name: string, changes: Partial<Sattr3> = {}): Promise<Uint8Array> {
    const attributes = sattr({ mode: 0o755, ...changes });
    return ok(await this.nfs(p.NFSPROC3_MKDIR, { where: { dir, name: bytes(name) }, attributes })).obj!;
  }

  async write(file: Uint8Array, offset: number, data: Uint8Array, stable: 0 | 1 | 2 = 0): Promise<void> {
    ok(await this.nfs(p.NFSPROC3_WRITE, { file, offset, count: data.length, stable, data }));
  }
}

/** The body of a successful result. */
export function ok<Resok>(
  result: { readonly status: typeof Nfsstat3.NFS3_OK; readonly resok: Resok } | { readonly status: number },
): Resok {
  if (!('resok' in result)) throw new Error(`nfsstat3 ${result.status}`);
  return result.resok;
}

export interface WorldOptions {
  readonly rules?: readonly NfsClientRule[];
  readonly volume?: MemoryVolumeOptions;
  readonly wrap?: (volume: Volume) => Volume;
  readonly handleKey?: Uint8Array;
  /** Mode of the top directory of share `data`. */
  readonly mode?: number;
}

/** A head's core over a memory volume, its NFS door, and clients of it. */
export interface World {
  readonly core: Core;
  readonly volume: Volume;
  readonly server: NfsServer;
  readonly port: number;
  readonly faults: unknown[];
  client(credentials?: Credentials): Promise<TestClient>;
  close(): Promise<void>;
}

export async function makeWorld(options: WorldOptions = {}): Promise<World> {
  const memory = openMemoryVolume(options.volume);
  const volume = options.wrap?.(memory) ?? memory;
  const faults: unknown[] = [];
  const report = (error: unknown): void => void faults.push(error);
  const core = await createCore({
    volumes: new Map([['main', volume]]),
    registry: memoryRegistryStore(),
    clock: systemClock,
    random: (length) => crypto.getRandomValues(new Uint8Array(length)),
    hasher: {
      hash: (password) => Promise.resolve(password),
      verify: (password, hash) => Promise.resolve(password === hash),
    },
    secretBox: { seal: (secret) => secret, open: (sealed) => sealed },
    report,
  });
  const nfs = { rules: options.rules ?? [rule()] };
  const owner = { tenant: 'default', owner: 'alice' };
  const open = { gid: 1000, doors: { nfs } };
  await core.apply({
    tenants: [{ name: 'other' }],
    users: [
      { tenant: 'default', name: 'alice', uid: 1000, gid: 1000 },
      { tenant: 'other', name: 'olga', uid: 2000, gid: 2000 },
    ],
    shares: [
      { ...owner, ...open, name: 'data', mode: options.mode ?? 0o777 },
      { ...owner, ...open, name: 'second', mode: 0o777 },
      { ...owner, name: 'closed', doors: {} },
      { tenant: 'other', owner: 'olga', name: 'theirs', doors: { nfs } },
    ],
  });
  const server = new NfsServer({
    services: core,
    handleKey: options.handleKey ?? new Uint8Array(32).fill(7),
    observer: { fault: report, dropped: () => undefined },
  });
  const { nfs: address } = await server.listen({ host: '127.0.0.1', port: 0 });
  const clients: TestClient[] = [];
  return {
    core,
    volume,
    server,
    port: address.port,
    faults,
    async client(credentials = unix(0)) {
      const rpc = await RpcClient.connect({ host: '127.0.0.1', port: address.port }, { credentials });
      const client = new TestClient(rpc);
      clients.push(client);
      return client;
    },
    async close() {
      for (const { rpc } of clients) rpc.close();
      await server.close(1000);
      await core.close();
      await memory.close();
    },
  };
}
