import { RpcConnection } from '../bench/nfs/rpc-connection.ts';
import { afterAttributes, modeOnly, opaque, opaqueAt, pack, u64 } from '../bench/nfs/xdr.ts';

const MOUNT_PROGRAM = 100_005;
const NFS_PROGRAM = 100_003;

/** RFC 1813 §2.6 and §5.1.5: what the tests name. */
export const nfsStatus = { ok: 0, noent: 2, io: 5, access: 13, stale: 70, badHandle: 10_001 } as const;
export const mountStatus = { ok: 0, noent: 2, access: 13 } as const;

export interface Mounted {
  readonly status: number;
  /** Of the export's top; empty where the mount was refused. */
  readonly handle: Buffer;
}

/** Of `fattr3` (RFC 1813 §2.6), what tests compare. */
export interface NfsAttributes {
  readonly mode: number;
  readonly links: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  /** Nanoseconds since 1970, decimal. */
  readonly modified: string;
}

/** NFSv3 calls as bytes, for what no client of others sends or tells: forged handles, exact statuses. */
export class RawNfs {
  readonly #rpc: RpcConnection;

  private constructor(rpc: RpcConnection) {
    this.#rpc = rpc;
  }

  static async connect(port: number, uid = 1000, gid = 1000): Promise<RawNfs> {
    return new RawNfs(await RpcConnection.connect(port, uid, gid));
  }

  async mount(path: string): Promise<Mounted> {
    const reply = await this.#rpc.call(MOUNT_PROGRAM, 3, 1, opaque(Buffer.from(path)));
    const status = reply.readUInt32BE(0);
    return { status, handle: status === 0 ? Buffer.from(opaqueAt(reply, 4)) : Buffer.alloc(0) };
  }

  async getattr(handle: Buffer): Promise<number> {
    return this.#status(1, opaque(handle));
  }

  /** What GETATTR tells of a file that is there. */
  async attributes(handle: Buffer): Promise<NfsAttributes> {
    const reply = await this.#rpc.call(NFS_PROGRAM, 3, 1, opaque(handle));
    const status = reply.readUInt32BE(0);
    if (status !== 0) throw new Error(`GETATTR: status ${status}`);
    const word = (index: number): number => reply.readUInt32BE(4 + 4 * index);
    return {
      mode: word(1),
      links: word(2),
      uid: word(3),
      gid: word(4),
      size: word(5) * 2 ** 32 + word(6),
      modified: String(BigInt(word(17)) * 1_000_000_000n + BigInt(word(18))),
    };
  }

  /** SETATTR of the mode alone. */
  chmod(handle: Buffer, mode: number): Promise<number> {
    return this.#status(2, pack(opaque(handle), modeOnly(mode), 0));
  }

  /** SETATTR of the size alone. */
  truncate(handle: Buffer, size: number): Promise<number> {
    return this.#status(2, pack(opaque(handle), 0, 0, 0, 1, u64(size), 0, 0, 0));
  }

  async link(file: Buffer, directory: Buffer, name: string): Promise<number> {
    return this.#status(15, pack(opaque(file), opaque(directory), opaque(Buffer.from(name))));
  }

  async lookup(directory: Buffer, name: string): Promise<Mounted> {
    const args = pack(opaque(directory), opaque(Buffer.from(name)));
    const reply = await this.#rpc.call(NFS_PROGRAM, 3, 3, args);
    const status = reply.readUInt32BE(0);
    return { status, handle: status === 0 ? Buffer.from(opaqueAt(reply, 4)) : Buffer.alloc(0) };
  }

  async read(file: Buffer, offset: number, count: number): Promise<{ readonly status: number; readonly data: Buffer }> {
    const reply = await this.#rpc.call(NFS_PROGRAM, 3, 6, pack(opaque(file), u64(offset), count));
    const status = reply.readUInt32BE(0);
    const at = afterAttributes(reply, 4);
    return { status, data: status === 0 ? opaqueAt(reply, at + 8) : Buffer.alloc(0) };
  }

  /** Each procedure whose arguments begin with a handle, with whatever follows: the status of the answer. */
  async all(handle: Buffer): Promise<Map<string, number>> {
    const file = opaque(handle);
    const name = opaque(Buffer.from('x'));
    const unset = pack(0, 0, 0, 0, 0, 0);
    const calls: readonly (readonly [string, number, Buffer])[] = [
      ['GETATTR', 1, file],
      ['SETATTR', 2, pack(file, unset, 0)],
      ['LOOKUP', 3, pack(file, name)],
      ['ACCESS', 4, pack(file, 0x3f)],
      ['READLINK', 5, file],
      ['READ', 6, pack(file, u64(0), 10)],
      ['WRITE', 7, pack(file, u64(0), 4, 2, opaque(Buffer.from('data')))],
      ['CREATE', 8, pack(file, name, 0, unset)],
      ['MKDIR', 9, pack(file, name, unset)],
      ['SYMLINK', 10, pack(file, name, unset, name)],
      ['REMOVE', 12, pack(file, name)],
      ['RMDIR', 13, pack(file, name)],
      ['RENAME', 14, pack(file, name, file, opaque(Buffer.from('y')))],
      ['LINK', 15, pack(file, file, name)],
      ['READDIR', 16, pack(file, u64(0), u64(0), 4096)],
      ['READDIRPLUS', 17, pack(file, u64(0), u64(0), 4096, 8192)],
      ['FSSTAT', 18, file],
      ['FSINFO', 19, file],
      ['PATHCONF', 20, file],
      ['COMMIT', 21, pack(file, u64(0), 0)],
    ];
    const statuses = new Map<string, number>();
    for (const [procedure, number, args] of calls) statuses.set(procedure, await this.#status(number, args));
    return statuses;
  }

  close(): void {
    this.#rpc.close();
  }

  async #status(procedure: number, args: Buffer): Promise<number> {
    return (await this.#rpc.call(NFS_PROGRAM, 3, procedure, args)).readUInt32BE(0);
  }
}
