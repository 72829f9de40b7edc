import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expectRun, run, type Ran, type Wrap } from '../clients/command.ts';
import type { SmbTarget, SwiftTarget } from '../clients/store-client.ts';
import { endedWithin, endNow, endWithParent, hasEnded } from '../kernel/children.ts';
import type { KernelLab } from '../kernel/guest.ts';
import { freePorts } from '../peers/daemon.ts';
import { CephPlace } from './ceph-place.ts';
import { declaredUser, keyOf, openShare, passwordOf, users, type AccessKey } from './declared.ts';

const program = fileURLToPath(new URL('../../../head/bin/polynas.js', import.meta.url));
const bundledNode = fileURLToPath(new URL('../../../node_modules/.bin/node', import.meta.url));
/** Built, as the head uses it. */
const localBackend = new URL('../../../backends/local/dist/index.js', import.meta.url).href;
const readySeconds = 60;

export interface HeadOptions {
  /** Parts of polynas.yaml that go before the fixture's own, key by key at the top: `users`, `shares`, `doors` … */
  readonly config?: Readonly<Record<string, unknown>>;
  /** No users and shares are declared: what the head does at a first start is wanted. */
  readonly bare?: boolean;
  /** Runs in the lab's network at 10.0.2.2, ports 2049, 9000, 445 and 8090; else at 127.0.0.1, free ports. */
  readonly lab?: KernelLab;
  /** Where its volume is: otherwise as the environment has it. */
  readonly ceph?: CephPlace;
}

/**
 * A head started as a user starts it: `polynas serve --config polynas.yaml`, with a local volume in a temporary
 * directory, or with POLYNAS_E2E_BACKEND=cephfs on a directory of its own of the run's Ceph cluster. It ends with this process,
 * however this process ends. Memory and log can be looked at from outside.
 */
export class Head implements AsyncDisposable {
  readonly address: string;
  readonly nfsPort: number;
  readonly s3Port: number;
  readonly smbPort: number;
  readonly swiftPort: number;
  /** Holds polynas.yaml, the data directory and the log. */
  readonly directory: string;
  /** How a client program is started so that it reaches this head. */
  readonly wrap: Wrap | undefined;
  /** Where its volume is, when that is on Ceph. */
  readonly ceph: CephPlace | undefined;
  #child: ChildProcess | undefined;
  /** Where the log of the process that runs now begins. */
  #logFrom = 0;

  private constructor(address: string, ports: readonly number[], wrap: Wrap | undefined, ceph: CephPlace | undefined) {
    this.address = address;
    this.ceph = ceph;
    [this.nfsPort = 0, this.s3Port = 0, this.smbPort = 0, this.swiftPort = 0] = ports;
    this.wrap = wrap;
    this.directory = mkdtempSync(join(tmpdir(), 'polynas-e2e-'));
  }

  static async start(options: HeadOptions = {}): Promise<Head> {
    const { lab } = options;
    // The cluster is not in the lab's network.
    const ceph = lab ? undefined : (options.ceph ?? (await CephPlace.ofTheRun()));
    const head = lab
      ? new Head(lab.address, [2049, 9000, 445, 8090], (name, args) => lab.command(name, args), ceph)
      : new Head('127.0.0.1', await freePorts(4), undefined, ceph);
    head.configure(options);
    try {
      await head.start();
      return head;
    } catch (error) {
      rmSync(head.directory, { recursive: true, force: true });
      throw error;
    }
  }

  /** Writes polynas.yaml; read at the next start. */
  configure(options: Pick<HeadOptions, 'config' | 'bare'>): void {
    const declared = { users: users.map(declaredUser), shares: [openShare] };
    const configuration = {
      log: { level: 'info', format: 'json' },
      doors: {
        nfs: { address: this.address, port: this.nfsPort },
        s3: { address: this.address, port: this.s3Port },
        smb: { address: this.address, port: this.smbPort },
        swift: { address: this.address, port: this.swiftPort },
      },
      ...(this.ceph && { volumes: [this.ceph.volume('main')] }),
      ...(options.bare !== true && declared),
      ...options.config,
    };
    // JSON is YAML.
    writeFileSync(this.file, JSON.stringify(configuration, undefined, 2));
  }

  get file(): string {
    return join(this.directory, 'polynas.yaml');
  }

  get endpoint(): string {
    return `http://${this.address}:${this.s3Port}`;
  }

  get pid(): number {
    if (this.#child?.pid === undefined || hasEnded(this.#child))
      throw new Error(`no head is running\n${this.logTail()}`);
    return this.#child.pid;
  }

  /** Share of the SMB door for a user. */
  smbTarget(user: string, share = 'files'): SmbTarget {
    return { address: this.address, port: this.smbPort, share, user, password: passwordOf(user) };
  }

  /** Container of the Swift door for a user of the default tenant. */
  swiftTarget(user: string, container = 'files'): SwiftTarget {
    const authUrl = `http://${this.address}:${this.swiftPort}/auth/v1.0`;
    return { authUrl, container, user: `default:${user}`, key: passwordOf(user) };
  }

  key(user: string): AccessKey {
    return keyOf(user);
  }

  /** Starts it (again) and waits until it says that it is ready. */
  async start(): Promise<void> {
    const logFile = join(this.directory, 'head.log');
    this.#logFrom = existsSync(logFile) ? readFileSync(logFile).length : 0;
    const log = openSync(logFile, 'a');
    const banner = openSync(join(this.directory, 'banner.txt'), 'w');
    const [first = '', ...args] = this.#argv(['serve', '--config', this.file]);
    const child = spawn(first, args, {
      cwd: this.directory,
      env: { PATH: process.env['PATH'] ?? '' },
      stdio: ['ignore', banner, log],
    });
    // A program that does not start has no pid, which the wait below finds.
    child.on('error', () => undefined);
    closeSync(log);
    closeSync(banner);
    this.#child = child;
    const end = performance.now() + readySeconds * 1000;
    while (!this.log().includes('"msg":"ready"')) {
      if (child.pid === undefined || hasEnded(child)) throw new Error(`the head ended at its start\n${this.logTail()}`);
      if (performance.now() > end) {
        await endNow(child);
        throw new Error(`the head was not ready after ${readySeconds} s\n${this.logTail()}`);
      }
      await sleep(20);
    }
  }

  /** As a power cut of the process: nothing more is written. */
  async kill9(): Promise<void> {
    if (this.#child) await endNow(this.#child);
  }

  /** Orderly, by SIGTERM; its exit code, or undefined when a signal ended it. */
  async stop(): Promise<number | undefined> {
    const child = this.#child;
    if (!child || child.pid === undefined) throw new Error('no head was started');
    if (!hasEnded(child)) child.kill('SIGTERM');
    if (!(await endedWithin(child, 60_000))) {
      await endNow(child);
      throw new Error(`the head did not stop within 60 s\n${this.logTail()}`);
    }
    return child.exitCode ?? undefined;
  }

  async restart(): Promise<void> {
    const code = await this.stop();
    if (code !== 0) throw new Error(`the head stopped with ${code}\n${this.logTail()}`);
    await this.start();
  }

  get running(): boolean {
    return this.#child !== undefined && !hasEnded(this.#child);
  }

  /** Bytes of memory in use now and at most since the process began: proc(5), VmRSS and VmHWM. */
  memory(): { readonly now: number; readonly peak: number } {
    const status = readFileSync(`/proc/${this.pid}/status`, 'utf8');
    const kib = (name: string): number => Number(new RegExp(String.raw`^${name}:\s+(\d+) kB`, 'm').exec(status)?.[1]);
    return { now: kib('VmRSS') * 1024, peak: kib('VmHWM') * 1024 };
  }

  /** What the process that runs now wrote to standard error. */
  log(): string {
    const file = join(this.directory, 'head.log');
    return existsSync(file) ? readFileSync(file).subarray(this.#logFrom).toString() : '';
  }

  logTail(lines = 15): string {
    return this.log().trimEnd().split('\n').slice(-lines).join('\n');
  }

  /** What the process that runs now wrote to standard output: how to connect. */
  banner(): string {
    return readFileSync(join(this.directory, 'banner.txt'), 'utf8');
  }

  /** Lines of the log that are faults of the head: level error (50) and above. */
  faults(): string[] {
    return this.log()
      .split('\n')
      .filter((line) => /"level":(5|6)0\b/.test(line));
  }

  /** Runs a command of `polynas` against this head. */
  polynas(args: readonly string[], input = ''): Promise<Ran> {
    const [first = '', ...rest] = this.#argv([...args, '--config', this.file], true);
    return run(first, rest, { cwd: this.directory, input });
  }

  /**
   * Stops the head, and has a program of its own compare all records of its local volume with each other; Ceph's own scrub where it is
   * on Ceph. Returns what it found wrong.
   */
  async volumeProblems(): Promise<string[]> {
    if (this.running) await this.stop();
    if (this.ceph) return this.ceph.problems();
    const directory = join(this.directory, 'polynas-data', 'volumes', 'main');
    const script = `
      const { checkLocalVolume } = await import(${JSON.stringify(localBackend)});
      console.log(JSON.stringify((await checkLocalVolume({ directory: ${JSON.stringify(directory)} })).problems));`;
    const output = await expectRun(nodeProgram(), ['--input-type=module', '--eval', script]);
    return (JSON.parse(output.toString()) as unknown[]).map((problem) => JSON.stringify(problem));
  }

  /** Ends it and removes its directory. */
  async [Symbol.asyncDispose](): Promise<void> {
    const pid = this.running ? this.pid : undefined;
    await this.kill9();
    if (pid !== undefined) await this.ceph?.forget(pid);
    rmSync(this.directory, { recursive: true, force: true, maxRetries: 3 });
  }

  #argv(args: readonly string[], client = false): readonly string[] {
    const node = nodeProgram();
    const wrapped = this.wrap ? this.wrap(node, [program, ...args]) : [node, program, ...args];
    return client || this.wrap ? wrapped : [...endWithParent, ...wrapped];
  }
}

/** The Node that the project brings along. */
function nodeProgram(): string {
  return existsSync(bundledNode) ? bundledNode : process.execPath;
}
