import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { endNow } from '../kernel/children.ts';
import type { SmbTarget } from './store-client.ts';

/** MS-SMB2 2.2.13.1, 2.2.13: as numbers, for opens that no command line client makes. */
export const smbAccess = {
  read: 0x0012_0089,
  write: 0x0012_0116,
  delete: 0x0001_0000,
  readWriteDelete: 0x0013_019f,
} as const;
export const smbShare = { none: 0, read: 1, write: 2, delete: 4, all: 7 } as const;
export const smbDisposition = { open: 1, create: 2, openIf: 3 } as const;

/** A status other than success, by the name that Samba gives it. */
export class SambaStatusError extends Error {
  override readonly name = 'SambaStatusError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status >>> 0;
  }
}

export interface OpenRequest {
  readonly access: number;
  readonly share: number;
  readonly disposition?: number;
}

/** The Python that comes with Debian: the package's modules are its own. */
const python = '/usr/bin/python3';

const program = `
import base64, json, sys
from samba import credentials, NTSTATUSError
from samba.samba3 import libsmb_samba_internal as libsmb, param
address, share, user, password = json.loads(sys.stdin.readline())
lp = param.get_context()
lp.load('/dev/null')
lp.set('client max protocol', 'SMB3_11')
who = credentials.Credentials()
who.guess(lp)
who.set_kerberos_state(credentials.DONT_USE_KERBEROS)
who.set_username(user)
who.set_password(password)
connection = libsmb.Conn(address, share, lp=lp, creds=who)
opens = {}
def create(name, access, sharing, disposition):
    number = connection.create(name, DesiredAccess=access, ShareAccess=sharing, CreateDisposition=disposition)
    opens[number] = True
    return number
calls = {
    'create': create,
    'close': lambda number: connection.close(number),
    'read': lambda number, offset, size: base64.b64encode(connection.read(number, offset, size)).decode(),
    'write': lambda number, offset, data: connection.write(number, base64.b64decode(data), offset),
    'truncate': lambda number, size: connection.truncate(number, size),
    'deleteOnClose': lambda number, yes: connection.delete_on_close(number, yes),
    'unlink': lambda name: connection.unlink(name),
    'rename': lambda old, new: connection.rename(old, new),
    'list': lambda folder: [entry['name'] for entry in connection.list(folder)],
}
print(json.dumps({'value': 'connected'}), flush=True)
for line in sys.stdin:
    name, args = json.loads(line)
    try:
        answer = {'value': calls[name](*args)}
    except NTSTATUSError as error:
        answer = {'status': error.args[0], 'message': error.args[1]}
    print(json.dumps(answer), flush=True)
`;

interface Answer {
  readonly value?: unknown;
  readonly status?: number;
  readonly message?: string;
}

/**
 * Samba's client library, held open by a Python program: opens with chosen access and share modes that last between calls. The library
 * knows no port but 445, so it is started where the server has that one.
 */
export class SambaLibrary {
  readonly #child: ChildProcess;
  readonly #waiting: { resolve: (answer: Answer) => void; reject: (error: Error) => void }[] = [];
  #stderr = '';

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#stderr = (this.#stderr + text).slice(-4000)));
    child.stdin?.on('error', () => undefined); // it ended; 'close' below tells why
    createInterface({ input: child.stdout! }).on('line', (line) =>
      this.#waiting.shift()?.resolve(JSON.parse(line) as Answer),
    );
    child.once('close', (code) => {
      const error = new Error(`Samba's library ended with ${code}\n${this.#stderr}`);
      for (const { reject } of this.#waiting.splice(0)) reject(error);
    });
  }

  static get unavailable(): string | undefined {
    if (existsSync('/usr/lib/python3/dist-packages/samba/samba3')) return undefined;
    return 'python3-samba is not installed (Debian package samba-testsuite needs it)';
  }

  /** @param command how a program is started where the target's address has port 445 */
  static async connect(
    target: Omit<SmbTarget, 'port'>,
    command: (program: string, args: readonly string[]) => readonly string[],
  ): Promise<SambaLibrary> {
    const [first = '', ...rest] = command(python, ['-c', program]);
    const library = new SambaLibrary(spawn(first, rest, { stdio: ['pipe', 'pipe', 'pipe'] }));
    const { address, share, user, password } = target;
    await library.#send([address, share, user, password]);
    return library;
  }

  /** Opens a file; the number is for the other calls. */
  open(path: string, { access, share, disposition = smbDisposition.open }: OpenRequest): Promise<number> {
    return this.#call('create', path.replaceAll('/', '\\'), access, share, disposition) as Promise<number>;
  }

  async closeFile(file: number): Promise<void> {
    await this.#call('close', file);
  }

  async read(file: number, offset: number, size: number): Promise<Buffer> {
    return Buffer.from((await this.#call('read', file, offset, size)) as string, 'base64');
  }

  async write(file: number, offset: number, data: string | Buffer): Promise<void> {
    await this.#call('write', file, offset, Buffer.from(data).toString('base64'));
  }

  async truncate(file: number, size: number): Promise<void> {
    await this.#call('truncate', file, size);
  }

  /** The file goes with its last open: delete-pending from now on. */
  async deleteOnClose(file: number): Promise<void> {
    await this.#call('deleteOnClose', file, true);
  }

  async unlink(path: string): Promise<void> {
    await this.#call('unlink', path.replaceAll('/', '\\'));
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#call('rename', from.replaceAll('/', '\\'), to.replaceAll('/', '\\'));
  }

  list(folder: string): Promise<string[]> {
    return this.#call('list', folder.replaceAll('/', '\\')) as Promise<string[]>;
  }

  async close(): Promise<void> {
    await endNow(this.#child);
  }

  async #call(name: string, ...args: readonly unknown[]): Promise<unknown> {
    const { value, status, message = '' } = await this.#send([name, args]);
    if (status !== undefined) throw new SambaStatusError(status, `${name} ${JSON.stringify(args)}: ${message}`);
    return value;
  }

  #send(words: readonly unknown[]): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#child.stdin?.write(`${JSON.stringify(words)}\n`);
    });
  }
}
