import type { ChildProcess } from 'node:child_process';
import {
  copyFileSync,
  chmodSync,
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { umlModules } from './availability.ts';
import { endNow, endWithDescendants, endedWithin, hasEnded, start } from './children.ts';
import { serverAddress } from './network.ts';
import type { GuestPort, Network } from './network.ts';
import { xstateLibrary } from './xstate.ts';

const guestFiles = fileURLToPath(new URL('../../kernel', import.meta.url));

export interface BootOptions {
  /** Memory of the guest in MiB, page cache included; 512 when not given. */
  readonly memory?: number;
  /** Longest time to wait for the guest's agent, in milliseconds; 120,000 when not given (a boot takes 2 to 10 s). */
  readonly timeout?: number;
}

export interface RunOptions {
  /** Milliseconds after which every process of the script is killed; 120,000 when not given. */
  readonly timeout?: number;
  /** Who runs it: `root`, `alice` (1000), `bob` (1001) or `carol` (1002). */
  readonly user?: 'root' | 'alice' | 'bob' | 'carol';
}

export interface RunResult {
  /** Exit status as a shell gives it (128 + signal); 124 when the timeout ended it. */
  readonly status: number;
  /** Standard output and error together, in order. */
  readonly output: string;
  readonly timedOut: boolean;
}

export interface MountOptions {
  readonly kind: 'nfs' | 'cifs';
  /** 10.0.2.2, the private network's server address, when not given. */
  readonly server?: string;
  /** `/path` of an NFS export, or the name of an SMB share. */
  readonly export: string;
  /** mount(8) options, e.g. `vers=3,proto=tcp,mountproto=tcp,port=2049,mountport=2049,nolock`. */
  readonly options: string;
  /** Folder in the guest; made when it is not there. */
  readonly at: string;
  /** Milliseconds; 60,000 when not given. */
  readonly timeout?: number;
}

interface PendingRun {
  settle(status: number): void;
  abandon(error: Error): void;
}

/** A running guest: one kernel, one client of the servers under test. It keeps its mounts until `shutdown`. */
export class Guest {
  readonly address: string;
  readonly #folder: string;
  readonly #process: ChildProcess;
  readonly #line: Duplex;
  readonly #runs = new Map<number, PendingRun>();
  readonly #ready: PromiseWithResolvers<void> = Promise.withResolvers();
  readonly #onEnd: () => void;
  #count = 0;
  #shares = 0;

  private constructor(folder: string, port: GuestPort, child: ChildProcess, onEnd: () => void) {
    this.address = port.address;
    this.#folder = folder;
    this.#process = child;
    this.#onEnd = onEnd;
    this.#line = child.stdio[3] as Duplex;
    // The line breaks when the guest dies; 'exit' below tells the waiting calls, with the console's last words.
    this.#line.on('error', () => this.#line.destroy());
    createInterface({ input: this.#line }).on('line', (text) => this.#answer(text));
    child.once('exit', () => this.#ended());
  }

  /**
   * Boots a guest on `root` (never written to) and waits until it takes commands. `folder` is its scratch folder on
   * the host and must have no space in its path. `onEnd` is called once, when the guest is gone.
   */
  static async boot(
    place: {
      root: string;
      folder: string;
      network: Network;
      port: GuestPort;
      note: (pid: number) => void;
      onEnd: () => void;
    },
    options: BootOptions = {},
  ): Promise<Guest> {
    const { root, folder, network, port } = place;
    const memory = options.memory ?? 512;
    const job = join(folder, 'job');
    mkdirSync(join(job, 'run'), { recursive: true });
    mkdirSync(join(job, 'put'));
    // The guest's users look at these with their own rights, whatever the umask here is.
    for (const path of [job, join(job, 'run'), join(job, 'put')]) chmodSync(path, 0o755);
    for (const name of ['guest', 'workloads']) cpSync(join(guestFiles, name), join(job, name), { recursive: true });

    const consoleLog = openSync(join(folder, 'console.log'), 'w');
    // A pid namespace's first process ignores signals that it has no handler for, UML counts on them: hence the shell.
    // UML keeps the guest's memory in a file of TMPDIR: a tmpfs of its own, containers often have a tiny /dev/shm.
    const script = 'mount -t tmpfs -o "size=$1m,mode=700" tmpfs "$2" && shift 2 && "$@"; exit $?';
    const kernel = [
      'env',
      `LD_PRELOAD=${xstateLibrary()}`,
      'linux.uml',
      `mem=${memory}M`,
      'rootfstype=hostfs',
      `rootflags=${root}`,
      'ro',
      'quiet',
      'con=null',
      'con0=null,fd:1',
      'ssl0=fd:3',
      'init=/polynas-init',
      `uml_dir=${folder}`,
      `umid=uml`,
      `vec0:transport=tap,ifname=${port.tap},depth=128,gro=1`,
      `polynas.job=${job}`,
      `polynas.modules=${umlModules}`,
      `polynas.address=${port.address}`,
    ];
    const memoryFolder = join(folder, 'memory');
    mkdirSync(memoryFolder);
    const [first = '', ...rest] = endWithDescendants;
    const child = start(
      network.command(first, [...rest, 'sh', '-c', script, 'uml', String(memory + 64), memoryFolder, ...kernel]),
      { stdio: ['ignore', consoleLog, consoleLog, 'pipe'], env: { ...process.env, TMPDIR: memoryFolder } },
    );
    closeSync(consoleLog);
    if (child.pid !== undefined) place.note(child.pid);
    const guest = new Guest(folder, port, child, place.onEnd);
    const timer = setTimeout(
      () => guest.#ready.reject(new Error(`guest did not boot in time\n${guest.console()}`)),
      options.timeout ?? 120_000,
    );
    try {
      await guest.#ready.promise;
    } catch (error) {
      await guest.kill();
      throw error;
    } finally {
      clearTimeout(timer);
    }
    return guest;
  }

  /**
   * Runs a bash script in the guest and waits for it. Several may run at once. A script that fails is a result, not
   * an error; an error means that the guest is gone. After a timeout its processes are killed and the guest goes on;
   * when even that does not help within 20 s, the guest is killed.
   */
  async run(script: string, options: RunOptions = {}): Promise<RunResult> {
    if (hasEnded(this.#process)) throw new Error(`the guest is not running\n${this.console()}`);
    const number = ++this.#count;
    const file = join(this.#folder, 'job', 'run', String(number));
    writeFileSync(`${file}.sh`, script, { mode: 0o644 });
    const done = Promise.withResolvers<number>();
    this.#runs.set(number, { settle: done.resolve, abandon: done.reject });

    let timedOut = false;
    let lastResort: NodeJS.Timeout | undefined;
    const timer = setTimeout(() => {
      timedOut = true;
      this.#line.write(`kill ${number}\n`);
      lastResort = setTimeout(() => void this.#process.kill('SIGKILL'), 20_000);
    }, options.timeout ?? 120_000);
    try {
      this.#line.write(`run ${number} ${options.user ?? 'root'}\n`);
      const status = await done.promise;
      return { status: timedOut ? 124 : status, output: readFileSync(`${file}.out`, 'utf8'), timedOut };
    } finally {
      clearTimeout(timer);
      clearTimeout(lastResort);
      this.#runs.delete(number);
    }
  }

  /** Like `run`, but a status other than 0 is an error that shows the output; returns the output. */
  async expect(script: string, options: RunOptions = {}): Promise<string> {
    const { status, output } = await this.run(script, options);
    if (status !== 0) throw new Error(`guest script ended with status ${status}:\n${output}`);
    return output;
  }

  /**
   * Mounts with the guest's kernel. Two mounts of one export get superblocks (and caches) of their own; NFSv3 without
   * `nolock` gets the lock services first, which need a portmapper at port 111 of the server. Throws with mount's words.
   */
  async mount(options: MountOptions): Promise<void> {
    const server = options.server ?? serverAddress;
    const words = options.options.split(',').filter((word) => word !== '');
    const has = (name: string): boolean => words.some((word) => word === name || word.startsWith(`${name}=`));
    const lines = [`mkdir -p ${quote(options.at)} || exit 1`];
    let source: string;
    if (options.kind === 'nfs') {
      source = `${server}:${options.export}`;
      if (!has('sharecache')) words.push('nosharecache');
      const v3 = words.includes('vers=3') || words.includes('nfsvers=3');
      if (v3 && !has('nolock') && !has('local_lock')) {
        lines.push(
          'pgrep -x rpcbind >/dev/null || rpcbind -w',
          'pgrep -x rpc.statd >/dev/null || rpc.statd --no-notify',
        );
      }
    } else {
      source = `//${server}/${options.export}`;
      // UML's own default character set is not UTF-8: names would fail with ENOENT.
      if (!has('iocharset')) words.push('iocharset=utf8');
      if (!has('nosharesock')) words.push('nosharesock');
    }
    lines.push(`mount -t ${options.kind} -o ${quote(words.join(','))} ${quote(source)} ${quote(options.at)}`);
    await this.expect(lines.join('\n'), { timeout: options.timeout ?? 60_000 });
  }

  /** Unmounts; with `force` also when the server is gone or files are open (`umount -f -l`). */
  async unmount(at: string, options: { readonly force?: boolean } = {}): Promise<void> {
    await this.expect(`umount ${options.force === true ? '-f -l ' : ''}${quote(at)}`, { timeout: 60_000 });
  }

  /** Copies a host file into the guest's job folder; returns its path in the guest. */
  put(hostFile: string): string {
    const name = `${++this.#count}-${basename(hostFile)}`;
    const target = join(this.#folder, 'job', 'put', name);
    copyFileSync(hostFile, target);
    chmodSync(target, 0o755);
    return `/job/put/${name}`;
  }

  /** Shows a host folder to the guest, read-only and live (hostfs); returns its path in the guest. */
  async share(hostFolder: string): Promise<string> {
    const at = `/host/${++this.#shares}`;
    const source = quote(`ro,${resolve(hostFolder)}`);
    await this.expect(`mkdir -p ${at} && mount -t hostfs -o ${source} none ${at}`);
    return at;
  }

  /**
   * Command line of a workload of `integration/kernel/workloads`, shell or Python, e.g.
   * `guest.run(guest.workload('git', '/mnt/a'))`. Workloads print `ok name` or `not ok name: why` for each check and
   * end with another status than 0 when one failed.
   */
  workload(name: string, ...args: readonly string[]): string {
    const [interpreter, file] = existsSync(join(guestFiles, 'workloads', `${name}.py`))
      ? ['python3 -B', `${name}.py`]
      : ['bash', `${name}.sh`];
    return [interpreter, ...[`/job/workloads/${file}`, ...args].map(quote)].join(' ');
  }

  /** What the kernel and the first scripts said on the console; the last 4,000 characters. */
  console(): string {
    return readFileSync(join(this.#folder, 'console.log'), 'utf8').slice(-4000);
  }

  get running(): boolean {
    return !hasEnded(this.#process);
  }

  /** Powers the guest off; kills it when that takes more than 15 s. A guest that is gone already is fine. */
  async shutdown(): Promise<void> {
    if (hasEnded(this.#process)) return;
    this.#line.write('halt\n');
    if (!(await endedWithin(this.#process, 15_000))) await this.kill();
  }

  /** Ends the guest as a power cut would: the servers see a client that never comes back. */
  async kill(): Promise<void> {
    await endNow(this.#process);
  }

  #answer(text: string): void {
    const [word, number, status] = text.split(' ');
    if (word === 'ready') this.#ready.resolve();
    else if (word === 'done') this.#runs.get(Number(number))?.settle(Number(status));
  }

  #ended(): void {
    const error = new Error(`the guest ended\n${this.console()}`);
    this.#ready.reject(error);
    for (const run of this.#runs.values()) run.abandon(error);
    this.#line.destroy();
    this.#onEnd();
  }
}

/** One word for bash, whatever is in it. */
export function quote(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
