import { RpcConnection } from './rpc-connection.ts';
import { afterAttributes, afterOpaque, afterWcc, modeOnly, opaque, opaqueAt, pack, u64 } from './xdr.ts';

const MOUNT_PROGRAM = 100_005;
const NFS_PROGRAM = 100_003;

/** A call's status other than NFS3_OK. */
export class NfsStatusError extends Error {
  override readonly name = 'NfsStatusError';
  /** `nfsstat3`; 0 where the call was answered with success and something else is wrong. */
  readonly status: number;

  constructor(message: string, status = 0) {
    super(message);
    this.status = status;
  }
}

/** RFC 1813 §3.3.7 */
export const stableHow = { unstable: 0, dataSync: 1, fileSync: 2 } as const;
export type StableHow = (typeof stableHow)[keyof typeof stableHow];

export interface NfsServer {
  readonly nfsPort: number;
  readonly mountPort: number;
  readonly exportPath: string;
  readonly uid: number;
  readonly gid: number;
}

/** The calls of RFC 1813 that the loads are made of. Each throws on any status but NFS3_OK. */
export class NfsClient {
  readonly root: Buffer;
  readonly #rpc: RpcConnection;

  static async mount(server: NfsServer): Promise<NfsClient> {
    const mountd = await RpcConnection.connect(server.mountPort, server.uid, server.gid);
    const reply = await mountd.call(MOUNT_PROGRAM, 3, 1, opaque(Buffer.from(server.exportPath)));
    mountd.close();
    const status = reply.readUInt32BE(0);
    if (status !== 0) throw new NfsStatusError(`MNT ${server.exportPath}: ${status}`, status);
    const root = Buffer.from(opaqueAt(reply, 4));
    return new NfsClient(await RpcConnection.connect(server.nfsPort, server.uid, server.gid), root);
  }

  private constructor(rpc: RpcConnection, root: Buffer) {
    this.#rpc = rpc;
    this.root = root;
  }

  async null(): Promise<void> {
    await this.#rpc.call(NFS_PROGRAM, 3, 0, Buffer.alloc(0));
  }

  async getattr(file: Buffer): Promise<void> {
    await this.#call('GETATTR', 1, opaque(file));
  }

  async lookup(directory: Buffer, name: string): Promise<Buffer> {
    const reply = await this.#call('LOOKUP', 3, inDirectory(directory, name));
    return Buffer.from(opaqueAt(reply, 4));
  }

  /** Asks for all rights. */
  async access(file: Buffer): Promise<void> {
    await this.#call('ACCESS', 4, pack(opaque(file), 0x3f));
  }

  /** The payload; shares memory with other replies. */
  async read(file: Buffer, offset: number, count: number): Promise<Buffer> {
    const reply = await this.#call('READ', 6, pack(opaque(file), u64(offset), count));
    const at = afterAttributes(reply, 4);
    return opaqueAt(reply, at + 8);
  }

  async write(file: Buffer, offset: number, data: Buffer, stable: StableHow): Promise<void> {
    await this.writeVerified(file, offset, data, stable);
  }

  /** The write verifier: unstable data may be lost when it changes. */
  async writeVerified(file: Buffer, offset: number, data: Buffer, stable: StableHow): Promise<bigint> {
    const args = pack(opaque(file), u64(offset), data.length, stable, data.length);
    const reply = await this.#call('WRITE', 7, args, data);
    const at = afterWcc(reply, 4);
    const written = reply.readUInt32BE(at);
    if (written !== data.length) throw new NfsStatusError(`WRITE took ${written} of ${data.length} bytes`);
    if (reply.readUInt32BE(at + 4) < stable) throw new NfsStatusError('WRITE was less stable than asked for');
    return reply.readBigUInt64BE(at + 8);
  }

  /** GUARDED; the handle of the new file. */
  async create(directory: Buffer, name: string): Promise<Buffer> {
    const reply = await this.#call('CREATE', 8, pack(inDirectory(directory, name), 1, modeOnly(0o644)));
    return this.#handle('CREATE', reply);
  }

  async mkdir(directory: Buffer, name: string): Promise<Buffer> {
    const reply = await this.#call('MKDIR', 9, pack(inDirectory(directory, name), modeOnly(0o755)));
    return this.#handle('MKDIR', reply);
  }

  async remove(directory: Buffer, name: string): Promise<void> {
    await this.#call('REMOVE', 12, inDirectory(directory, name));
  }

  async rmdir(directory: Buffer, name: string): Promise<void> {
    await this.#call('RMDIR', 13, inDirectory(directory, name));
  }

  async rename(from: Buffer, fromName: string, to: Buffer, toName: string): Promise<void> {
    await this.#call('RENAME', 14, pack(inDirectory(from, fromName), inDirectory(to, toName)));
  }

  async commit(file: Buffer): Promise<void> {
    await this.commitVerified(file);
  }

  /** Of the whole file; the write verifier. */
  async commitVerified(file: Buffer): Promise<bigint> {
    const reply = await this.#call('COMMIT', 21, pack(opaque(file), 0, 0, 0));
    return reply.readBigUInt64BE(afterWcc(reply, 4));
  }

  /** Names of a directory, `.` and `..` left out. */
  async names(directory: Buffer): Promise<string[]> {
    const names: string[] = [];
    await this.list(directory, (name) => names.push(name.toString('utf8')));
    return names.filter((name) => name !== '.' && name !== '..');
  }

  /** One whole listing with READDIRPLUS; the number of entries, `.` and `..` included. */
  async list(directory: Buffer, each?: (name: Buffer) => void): Promise<number> {
    let entries = 0;
    let cookie: Buffer = Buffer.alloc(8);
    let verifier: Buffer = Buffer.alloc(8);
    for (;;) {
      const args = pack(opaque(directory), cookie, verifier, 8192, 65_536);
      const reply = await this.#call('READDIRPLUS', 17, args);
      let at = afterAttributes(reply, 4);
      verifier = Buffer.from(reply.subarray(at, at + 8));
      at += 8;
      while (reply.readUInt32BE(at) === 1) {
        entries++;
        each?.(opaqueAt(reply, at + 12));
        at = afterOpaque(reply, at + 12);
        cookie = reply.subarray(at, at + 8);
        at = afterAttributes(reply, at + 8);
        at = reply.readUInt32BE(at) === 1 ? afterOpaque(reply, at + 4) : at + 4;
      }
      if (reply.readUInt32BE(at + 4) === 1) return entries;
    }
  }

  close(): void {
    this.#rpc.close();
  }

  #handle(operation: string, reply: Buffer): Buffer {
    if (reply.readUInt32BE(4) !== 1) throw new NfsStatusError(`${operation} gave no handle`);
    return Buffer.from(opaqueAt(reply, 8));
  }

  async #call(operation: string, procedure: number, args: Buffer, payload?: Buffer): Promise<Buffer> {
    const reply = await this.#rpc.call(NFS_PROGRAM, 3, procedure, args, payload);
    const status = reply.readUInt32BE(0);
    if (status !== 0) throw new NfsStatusError(`${operation}: status ${status}`, status);
    return reply;
  }
}

/** `diropargs3` */
function inDirectory(directory: Buffer, name: string): Buffer {
  return pack(opaque(directory), opaque(Buffer.from(name)));
}
