import { createHash, randomBytes } from 'node:crypto';
import { authenticateMessage, firstSignature, negotiateMessage, type SmbUser } from './ntlm.ts';
import { SessionKeys } from './session-keys.ts';
import { command, HEADER, SmbConnection, type SmbRequest } from './smb-connection.ts';
import { furtherToken, initialToken, mechanisms, ntlmMessage } from './spnego.ts';

const OK = 0;
const MORE_PROCESSING_REQUIRED = 0xc000_0016;
const NO_MORE_FILES = 0x8000_0006;
const LOCK_NOT_GRANTED = 0xc000_0055;
const DIALECT = 0x0311;
const GMAC = 2;
const AES_128_GCM = 2;
const CREDIT_BYTES = 65_536;
const LIST_BYTES = 65_536;

/** Of CREATE (MS-SMB2 2.2.13): what the loads ask for. */
export const disposition = { open: 1, create: 2, openIf: 3 } as const;
const access = { all: 0x001f_01ff, readAttributes: 0x80, readData: 0x0012_0089 } as const;
/** MS-SMB2 2.2.26.1; locks fail at once. */
const lockFlags = { shared: 0x11, exclusive: 0x12, unlock: 0x4 } as const;
const option = { directory: 0x1, file: 0x40, deleteOnClose: 0x1000 } as const;

/** Persistent and volatile half of an open, 16 bytes. */
export type FileId = Buffer;
/** Of a related request: the open of the request before. */
const RELATED: FileId = Buffer.alloc(16, 0xff);

export interface SmbServer {
  readonly port: number;
  readonly share: string;
  readonly user: SmbUser;
}

/** A status other than the one that was wanted. */
export class SmbStatusError extends Error {
  override readonly name = 'SmbStatusError';
}

/** One session on one share over a connection of its own, dialect 3.1.1, signed with AES-GMAC or sealed with AES-128-GCM. */
export class SmbClient {
  readonly #connection: SmbConnection;

  private constructor(connection: SmbConnection) {
    this.#connection = connection;
  }

  /** NEGOTIATE, two SESSION_SETUPs and TREE_CONNECT. */
  static async connect({ port, share, user }: SmbServer, sealed: boolean): Promise<SmbClient> {
    const connection = await SmbConnection.connect(port);
    try {
      await authenticate(connection, user, sealed);
      const path = Buffer.from(String.raw`\\127.0.0.1` + `\\${share}`, 'utf16le');
      const body = Buffer.alloc(8);
      body.writeUInt16LE(9, 0);
      body.writeUInt16LE(HEADER + 8, 4);
      body.writeUInt16LE(path.length, 6);
      const answer = await connection.request({
        command: command.treeConnect,
        body: Buffer.concat([body, path]),
      });
      expectStatus('TREE_CONNECT', answer);
      connection.treeId = answer.readUInt32LE(36);
      return new SmbClient(connection);
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  /** TREE_DISCONNECT and LOGOFF, as a client does that means to come back. */
  async disconnect(): Promise<void> {
    const body = Buffer.from([4, 0, 0, 0]);
    expectStatus('TREE_DISCONNECT', await this.#connection.request({ command: command.treeDisconnect, body }));
    expectStatus('LOGOFF', await this.#connection.request({ command: command.logoff, body }));
    this.#connection.close();
  }

  /** From now on no answer is taken. */
  stopReading(): void {
    this.#connection.stopReading();
  }

  close(): void {
    this.#connection.close();
  }

  async mkdir(path: string): Promise<void> {
    const wanted = { access: access.all, disposition: disposition.create, options: option.directory };
    await this.closeFile(await this.#create(path, wanted));
  }

  /** Opens a file for everything. */
  async create(path: string, how: number = disposition.create): Promise<FileId> {
    return this.#create(path, { access: access.all, disposition: how, options: option.file });
  }

  async closeFile(file: FileId): Promise<void> {
    expectStatus('CLOSE', await this.#connection.request(closeRequest(file)));
  }

  async read(file: FileId, offset: number, length: number): Promise<Buffer> {
    const body = Buffer.alloc(49);
    body.writeUInt16LE(49, 0);
    body.writeUInt32LE(length, 4);
    body.writeBigUInt64LE(BigInt(offset), 8);
    file.copy(body, 16);
    const answer = await this.#connection.request({ command: command.read, body, charge: chargeOf(length) });
    expectStatus('READ', answer);
    const at = answer.readUInt8(HEADER + 2);
    return answer.subarray(at, at + answer.readUInt32LE(HEADER + 4));
  }

  async write(file: FileId, offset: number, payload: Buffer): Promise<void> {
    const body = Buffer.alloc(48);
    body.writeUInt16LE(49, 0);
    body.writeUInt16LE(HEADER + 48, 2);
    body.writeUInt32LE(payload.length, 4);
    body.writeBigUInt64LE(BigInt(offset), 8);
    file.copy(body, 16);
    const charge = chargeOf(payload.length);
    const answer = await this.#connection.request({ command: command.write, body, payload, charge });
    expectStatus('WRITE', answer);
    if (answer.readUInt32LE(HEADER + 4) !== payload.length) throw new Error('not all was written');
  }

  async flush(file: FileId): Promise<void> {
    const body = Buffer.alloc(24);
    body.writeUInt16LE(24, 0);
    file.copy(body, 8);
    expectStatus('FLUSH', await this.#connection.request({ command: command.flush, body }));
  }

  /** A byte-range lock (MS-SMB2 2.2.26), without waiting: false when somebody has one in its way. */
  async lock(file: FileId, kind: keyof typeof lockFlags, offset: number, length: number): Promise<boolean> {
    const body = Buffer.alloc(48);
    body.writeUInt16LE(48, 0);
    body.writeUInt16LE(1, 2);
    file.copy(body, 8);
    body.writeBigUInt64LE(BigInt(offset), 24);
    body.writeBigUInt64LE(BigInt(length), 32);
    body.writeUInt32LE(lockFlags[kind], 40);
    const answer = await this.#connection.request({ command: command.lock, body });
    if (answer.readUInt32LE(8) === LOCK_NOT_GRANTED) return false;
    expectStatus('LOCK', answer);
    return true;
  }

  async echo(): Promise<void> {
    const body = Buffer.from([4, 0, 0, 0]);
    expectStatus('ECHO', await this.#connection.request({ command: command.echo, body }));
  }

  /** Size of a file, by CREATE, QUERY_INFO and CLOSE in one message, as Windows and smbclient look at a name. */
  async stat(path: string): Promise<number> {
    const wanted = { access: access.readAttributes, disposition: disposition.open, options: 0 };
    const [created, info, closed] = await this.#connection.related([
      createRequest(path, wanted),
      queryInfoRequest(RELATED),
      closeRequest(RELATED),
    ]);
    expectStatus('CREATE', created!);
    expectStatus('QUERY_INFO', info!);
    expectStatus('CLOSE', closed!);
    const at = info!.readUInt16LE(HEADER + 2);
    // FileNetworkOpenInformation (MS-FSCC 2.4.34): four times, allocation size, end of file.
    return Number(info!.readBigUInt64LE(at + 40));
  }

  /** CREATE and CLOSE in one message. */
  async createAndClose(path: string): Promise<void> {
    const wanted = { access: access.all, disposition: disposition.create, options: option.file };
    await this.#both(path, wanted);
  }

  /** CREATE with DELETE_ON_CLOSE and CLOSE in one message. */
  async remove(path: string): Promise<void> {
    const options = option.file | option.deleteOnClose;
    await this.#both(path, { access: access.all, disposition: disposition.open, options });
  }

  /** Entries of a directory, `.` and `..` counted: CREATE, as many QUERY_DIRECTORYs as it takes, CLOSE. */
  async list(path: string): Promise<number> {
    const wanted = { access: access.readData, disposition: disposition.open, options: option.directory };
    const folder = await this.#create(path, wanted);
    let entries = 0;
    for (;;) {
      const answer = await this.#connection.request(queryDirectoryRequest(folder));
      if (answer.readUInt32LE(8) === NO_MORE_FILES) break;
      expectStatus('QUERY_DIRECTORY', answer);
      entries += countEntries(answer);
    }
    await this.closeFile(folder);
    return entries;
  }

  async #create(path: string, wanted: Wanted): Promise<FileId> {
    const answer = await this.#connection.request(createRequest(path, wanted));
    expectStatus(`CREATE ${path}`, answer);
    return Buffer.from(answer.subarray(HEADER + 64, HEADER + 80));
  }

  async #both(path: string, wanted: Wanted): Promise<void> {
    const [created, closed] = await this.#connection.related([createRequest(path, wanted), closeRequest(RELATED)]);
    expectStatus(`CREATE ${path}`, created!);
    expectStatus('CLOSE', closed!);
  }
}

async function authenticate(connection: SmbConnection, user: SmbUser, sealed: boolean): Promise<void> {
  let hash = Buffer.alloc(64);
  const add = (message: Buffer): void => void (hash = createHash('sha512').update(hash).update(message).digest());
  const ask = async (request: SmbRequest): Promise<Buffer> => connection.request(request, add);

  const negotiated = await ask({ command: command.negotiate, body: negotiateBody() });
  expectStatus('NEGOTIATE', negotiated);
  expectAlgorithms(negotiated);
  add(negotiated);

  const first = negotiateMessage();
  const setup = await ask({ command: command.sessionSetup, body: sessionSetupBody(initialToken(first)) });
  expectStatus('SESSION_SETUP', setup, MORE_PROCESSING_REQUIRED);
  add(setup);
  setup.copy(connection.sessionId, 0, 40, 48);
  const challenge = ntlmMessage(tokenOf(setup));
  const { message, sessionKey } = authenticateMessage(user, first, challenge);
  const last = furtherToken(message, firstSignature(sessionKey, mechanisms));
  const done = await ask({ command: command.sessionSetup, body: sessionSetupBody(last) });
  expectStatus('SESSION_SETUP', done);
  const keys = new SessionKeys(sessionKey, hash, connection.sessionId);
  if (!keys.isSigned(done)) throw new Error('the server did not sign the end of the login');
  connection.protect(keys, sealed);
}

/** NEGOTIATE (MS-SMB2 2.2.3) with one choice of each: 3.1.1, SHA-512, AES-128-GCM, AES-GMAC. */
function negotiateBody(): Buffer {
  const contexts = [
    contextOf(1, Buffer.concat([Buffer.from([1, 0, 32, 0, 1, 0]), randomBytes(32)])),
    contextOf(2, Buffer.from([1, 0, AES_128_GCM, 0])),
    contextOf(8, Buffer.from([1, 0, GMAC, 0])),
  ];
  // 36 bytes, one dialect, and padding to a multiple of 8.
  const fixed = Buffer.alloc(40);
  fixed.writeUInt16LE(36, 0);
  fixed.writeUInt16LE(1, 2);
  fixed.writeUInt16LE(1, 4);
  fixed.writeUInt32LE(0x44, 8); // LARGE_MTU, ENCRYPTION
  randomBytes(16).copy(fixed, 12);
  fixed.writeUInt32LE(HEADER + fixed.length, 28);
  fixed.writeUInt16LE(contexts.length, 32);
  fixed.writeUInt16LE(DIALECT, 36);
  return Buffer.concat([fixed, ...contexts]);
}

/** A negotiate context, padded to a multiple of 8 (MS-SMB2 2.2.3.1). */
function contextOf(type: number, data: Buffer): Buffer {
  const context = Buffer.alloc(8 + data.length + (-data.length & 7));
  context.writeUInt16LE(type, 0);
  context.writeUInt16LE(data.length, 2);
  data.copy(context, 8);
  return context;
}

function expectAlgorithms(answer: Buffer): void {
  const dialect = answer.readUInt16LE(HEADER + 4);
  const chosen = new Map<number, number>();
  let at = answer.readUInt32LE(HEADER + 60);
  for (let left = answer.readUInt16LE(HEADER + 6); left > 0; left -= 1) {
    const length = answer.readUInt16LE(at + 2);
    chosen.set(answer.readUInt16LE(at), length >= 4 ? answer.readUInt16LE(at + 10) : 0);
    at += 8 + length + (-length & 7);
  }
  if (dialect !== DIALECT || chosen.get(2) !== AES_128_GCM || chosen.get(8) !== GMAC) {
    throw new Error(`not 3.1.1 with AES-128-GCM and AES-GMAC: ${dialect.toString(16)} ${JSON.stringify([...chosen])}`);
  }
}

/** SESSION_SETUP (MS-SMB2 2.2.5). */
function sessionSetupBody(token: Buffer): Buffer {
  const body = Buffer.alloc(24);
  body.writeUInt16LE(25, 0);
  body.writeUInt8(1, 3);
  body.writeUInt16LE(HEADER + 24, 12);
  body.writeUInt16LE(token.length, 14);
  return Buffer.concat([body, token]);
}

function tokenOf(answer: Buffer): Buffer {
  const at = answer.readUInt16LE(HEADER + 4);
  return answer.subarray(at, at + answer.readUInt16LE(HEADER + 6));
}

interface Wanted {
  readonly access: number;
  readonly disposition: number;
  readonly options: number;
}

/** CREATE (MS-SMB2 2.2.13), shared with everybody, without an oplock. */
function createRequest(path: string, wanted: Wanted): SmbRequest {
  const name = Buffer.from(path.replaceAll('/', '\\'), 'utf16le');
  const body = Buffer.alloc(56 + Math.max(1, name.length));
  body.writeUInt16LE(57, 0);
  body.writeUInt32LE(2, 4); // IMPERSONATION
  body.writeUInt32LE(wanted.access, 24);
  body.writeUInt32LE(7, 32);
  body.writeUInt32LE(wanted.disposition, 36);
  body.writeUInt32LE(wanted.options, 40);
  body.writeUInt16LE(HEADER + 56, 44);
  body.writeUInt16LE(name.length, 46);
  name.copy(body, 56);
  return { command: command.create, body };
}

function closeRequest(file: FileId): SmbRequest {
  const body = Buffer.alloc(24);
  body.writeUInt16LE(24, 0);
  file.copy(body, 8);
  return { command: command.close, body };
}

/** FileNetworkOpenInformation (MS-SMB2 2.2.37, MS-FSCC 2.4.34). */
function queryInfoRequest(file: FileId): SmbRequest {
  const body = Buffer.alloc(41);
  body.writeUInt16LE(41, 0);
  body.writeUInt8(1, 2);
  body.writeUInt8(34, 3);
  body.writeUInt32LE(56, 4);
  file.copy(body, 24);
  return { command: command.queryInfo, body };
}

/** FileIdBothDirectoryInformation of `*` (MS-SMB2 2.2.33, MS-FSCC 2.4.22). */
function queryDirectoryRequest(folder: FileId): SmbRequest {
  const body = Buffer.alloc(34);
  body.writeUInt16LE(33, 0);
  body.writeUInt8(37, 2);
  folder.copy(body, 8);
  body.writeUInt16LE(HEADER + 32, 24);
  body.writeUInt16LE(2, 26);
  body.writeUInt32LE(LIST_BYTES, 28);
  body.write('*', 32, 'utf16le');
  return { command: command.queryDirectory, body, charge: chargeOf(LIST_BYTES) };
}

function countEntries(answer: Buffer): number {
  let at = answer.readUInt16LE(HEADER + 2);
  for (let entries = 1; ; entries += 1) {
    const next = answer.readUInt32LE(at);
    if (next === 0) return entries;
    at += next;
  }
}

function chargeOf(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / CREDIT_BYTES));
}

function expectStatus(what: string, answer: Buffer, wanted: number = OK): void {
  const status = answer.readUInt32LE(8);
  if (status !== wanted) throw new SmbStatusError(`${what}: 0x${status.toString(16)}`);
}
