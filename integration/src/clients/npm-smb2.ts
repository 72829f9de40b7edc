import { createHash, createHmac, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Client as Smb2Client } from '@awo00/smb2';
import { authenticateMessage, negotiateMessage } from '../bench/smb/ntlm.ts';
import type { SmbTarget, StoreClient } from './store-client.ts';

const load = createRequire(import.meta.url);
const { Client } = load('@awo00/smb2') as { readonly Client: typeof Smb2Client };
const { default: Session } = load('@awo00/smb2/dist/client/Session.js') as {
  readonly default: new (client: Smb2Client) => Smb2Session;
};

type Smb2Session = Awaited<ReturnType<Smb2Client['authenticate']>>;
export type Smb2Tree = Awaited<ReturnType<Smb2Session['connectTree']>>;

/** MS-SMB2 2.2.1.2 and 2.2.3. */
const NEGOTIATE = 0;
const SESSION_SETUP = 1;
const CHANGE_NOTIFY = 15;
const DIALECTS = [0x0202, 0x0210];
const FRAME = 4;
const FLAGS_AT = FRAME + 16;
const SIGNED = 0x8;
const SIGNATURE_AT = FRAME + 48;

/** MS-ERREF 2.3.1: the answer comes later (MS-SMB2 3.3.4.2). */
const STATUS_PENDING = 0x103;

/**
 * npm's `@awo00/smb2`: SMB 2.1, its messages its own. As it comes it can log in nowhere that wants NTLMv2 or signatures, which it
 * has not, and takes an interim answer for the answer, so that what it reads is nonsense where the server took its time (Samba: half a
 * millisecond). Those three are put in here.
 */
export class NpmSmb2 implements StoreClient {
  readonly name = 'npm-smb2';
  readonly door = 'smb';
  readonly unavailable = undefined;
  readonly #target: SmbTarget;

  constructor(target: SmbTarget) {
    this.#target = target;
  }

  async put(file: string, path: string): Promise<void> {
    await this.with(async (tree) => {
      const folders = path.split('/').slice(0, -1);
      for (const index of folders.keys()) {
        const folder = folders.slice(0, index + 1).join('/');
        if (!(await there(tree, folder))) await tree.createDirectory(folder);
      }
      await tree.createFile(path, readFileSync(file));
    });
  }

  sum(path: string): Promise<string> {
    return this.with(async (tree) =>
      createHash('sha256')
        .update(await tree.readFile(path))
        .digest('hex'),
    );
  }

  /** A connection for `work`, closed after it. */
  async with<Result>(work: (tree: Smb2Tree) => Promise<Result>): Promise<Result> {
    const { address, port, share } = this.#target;
    const client = new Client(address, { port });
    waitForFinalAnswers(client);
    await client.connect();
    try {
      const session = await logIn(client, this.#target);
      return await work(await session.connectTree(share));
    } finally {
      await client.close();
    }
  }

  /** What it does by itself: NTLMv1 and no signatures. */
  async asItComes(): Promise<void> {
    const { address, port, share, user: username, password } = this.#target;
    const client = new Client(address, { port });
    try {
      const session = await client.authenticate({ domain: '', username, password });
      await session.connectTree(share);
    } finally {
      await client.close();
    }
  }
}

function waitForFinalAnswers(client: Smb2Client): void {
  const takes = client.onResponse.bind(client);
  client.onResponse = (response) => {
    // Of a watch it wants both: by the interim one it knows that the watch stands.
    const { status, type } = response.header;
    if (status !== STATUS_PENDING || type === CHANGE_NOTIFY) takes(response);
  };
}

async function there(tree: Smb2Tree, folder: string): Promise<boolean> {
  const [parent, name] = folder.includes('/') ? splitLast(folder) : ['/', folder];
  return (await tree.readDirectory(parent)).some(({ filename }) => filename.replace('./', '') === name);
}

function splitLast(path: string): [string, string] {
  const at = path.lastIndexOf('/');
  return [path.slice(0, at), path.slice(at + 1)];
}

async function logIn(client: Smb2Client, { user: name, password }: SmbTarget): Promise<Smb2Session> {
  const session = new Session(client);
  await session.request({ type: NEGOTIATE }, { dialects: DIALECTS, clientGuid: randomBytes(16).toString('hex') });
  const first = negotiateMessage();
  const challenged = await session.request({ type: SESSION_SETUP }, { buffer: first });
  session._id = challenged.header.sessionId!;
  const { message, sessionKey } = authenticateMessage({ name, password }, first, challenged.body['buffer'] as Buffer);
  await session.request({ type: SESSION_SETUP }, { buffer: message });
  session.authenticated = true;
  signEverything(client, sessionKey);
  session.emit('authenticate', session);
  return session;
}

/** HMAC-SHA256 over each message, its signature counted as zeros (MS-SMB2 3.1.4.1). */
function signEverything(client: Smb2Client, key: Buffer): void {
  const { socket } = client;
  const write = socket.write.bind(socket);
  socket.write = (frame: Buffer) => {
    frame.writeUInt32LE(frame.readUInt32LE(FLAGS_AT) | SIGNED, FLAGS_AT);
    frame.fill(0, SIGNATURE_AT, SIGNATURE_AT + 16);
    createHmac('sha256', key).update(frame.subarray(FRAME)).digest().copy(frame, SIGNATURE_AT, 0, 16);
    return write(frame);
  };
}
