import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startTime } from '../kernel/run-directory.ts';
import { hasEnded } from '../kernel/children.ts';
import { CephCommands } from './commands.ts';
import { control } from './control.ts';
import { clusterFiles } from './files.ts';

const keeper = fileURLToPath(new URL('keeper-process.ts', import.meta.url));
const startSeconds = 180;
const passedOn = ['PATH', 'HOME', 'POLYNAS_CEPH_IMAGE', 'DOCKER_HOST', 'DOCKER_CONTEXT', 'DOCKER_CONFIG'];
const scrubSeconds = 120;

/** Environment of the run: where its cluster is, once one is wanted (set by global-setup.ts). */
export const directoryVariable = 'POLYNAS_CEPH_RUN';

/** A session that the MDS keeps for a client. */
export interface ClientSession {
  readonly id: number;
  readonly state: string;
  readonly num_caps: number;
  readonly client_metadata: { readonly hostname?: string; readonly pid?: string; readonly root?: string };
}

interface Status {
  readonly health: { readonly status: string; readonly checks: Readonly<Record<string, unknown>> };
  readonly pgmap: {
    readonly num_pgs: number;
    readonly pgs_by_state: readonly { readonly state_name: string; readonly count: number }[];
  };
  readonly osdmap: { readonly num_up_osds: number; readonly num_osds: number };
}

/** Of one daemon, one for each version of the messenger. */
interface Addresses {
  readonly addrvec: readonly { readonly type: string; readonly addr: string }[];
}

/** At messenger 1. */
function portOf({ addrvec }: Addresses): number {
  return Number(addrvec.find(({ type }) => type === 'v1')?.addr.split(':')[1]);
}

/**
 * The cluster of this test run, the same for all test files, kept by a process of its own: a loopback Ceph with three OSDs (size 3,
 * min_size 2), one MDS and the file system `nas`. What a test does to it, it undoes.
 */
export class TestCluster {
  readonly commands: CephCommands;
  readonly fileSystem = 'nas';
  readonly #directory: string;

  /** Starts it when no test file has done so yet: about half a minute. POLYNAS_CEPH_DIR names one that `integration/ceph/run.mjs up` started. */
  static async shared(): Promise<TestCluster> {
    const given = process.env['POLYNAS_CEPH_DIR'];
    if (given !== undefined) return new TestCluster(given);
    const directory = process.env[directoryVariable];
    if (directory === undefined)
      throw new Error(`${directoryVariable} is not set: run by vitest with its configuration`);
    const owner = readFileSync(`${directory}/owner`, 'utf8').split(' ');
    await startKeeper(`${directory}/cluster`, owner);
    return new TestCluster(`${directory}/cluster`);
  }

  /** A cluster whose keeper runs in this directory. */
  constructor(directory: string) {
    this.#directory = directory;
    this.commands = new CephCommands(clusterFiles(directory).configuration);
  }

  /** ceph.conf; names the keyring of client.admin as well. */
  get configuration(): string {
    return clusterFiles(this.#directory).configuration;
  }

  get adminKeyring(): string {
    return clusterFiles(this.#directory).adminKeyring;
  }

  /** kill -9 */
  kill(...daemons: string[]): Promise<void> {
    return this.#each('kill', daemons);
  }

  /** SIGTERM */
  end(...daemons: string[]): Promise<void> {
    return this.#each('end', daemons);
  }

  /** Starts again what was killed or ended. */
  again(...daemons: string[]): Promise<void> {
    return this.#each('again', daemons);
  }

  /** The cluster is gone after this. */
  async discard(): Promise<void> {
    await control(clusterFiles(this.#directory).socket, 'discard');
  }

  async status(): Promise<Status> {
    return (await this.commands.json('status')) as Status;
  }

  async sessions(): Promise<readonly ClientSession[]> {
    return (await this.commands.json('tell', 'mds.0', 'session', 'ls')) as ClientSession[];
  }

  /** Ports of 127.0.0.1 at which clients that speak messenger 1 (the kernel's own) reach the cluster now: its monitor's, and those of all daemons. */
  async ports(): Promise<{ readonly monitor: number; readonly all: readonly number[] }> {
    const { mons } = (await this.commands.json('mon', 'dump')) as { mons: { public_addrs: Addresses }[] };
    const { osds } = (await this.commands.json('osd', 'dump')) as { osds: { public_addrs: Addresses }[] };
    const { filesystems } = (await this.commands.json('fs', 'dump')) as {
      filesystems: { mdsmap: { info: Record<string, { addrs: Addresses }> } }[];
    };
    const [monitor = 0] = mons.map(({ public_addrs: addresses }) => portOf(addresses));
    const servers = filesystems.flatMap(({ mdsmap: { info } }) =>
      Object.values(info).map(({ addrs }) => portOf(addrs)),
    );
    return { monitor, all: [monitor, ...osds.map(({ public_addrs: addresses }) => portOf(addresses)), ...servers] };
  }

  /** Those of the libcephfs clients in a process. */
  async sessionsOf(pid: number): Promise<readonly ClientSession[]> {
    return (await this.sessions()).filter(({ client_metadata: { pid: client } }) => Number(client) === pid);
  }

  /** Throws these clients out, as the MDS does with one that does not answer: session closed, address on the block list. */
  async evict(sessions: readonly ClientSession[]): Promise<void> {
    for (const { id } of sessions) await this.commands.ceph('tell', 'mds.0', 'client', 'evict', `id=${id}`);
  }

  /** Waits until all OSDs are up, all placement groups clean and the MDS active. */
  async healthy(seconds = 180): Promise<void> {
    const end = performance.now() + seconds * 1000;
    for (;;) {
      const { pgmap, osdmap } = await this.status();
      const clean = pgmap.pgs_by_state.every(({ state_name: state }) => /^active\+clean(\+|$)/.test(state));
      const active = /up:active/.test(await this.commands.ceph('mds', 'stat'));
      if (clean && active && osdmap.num_up_osds === osdmap.num_osds) return;
      if (performance.now() > end)
        throw new Error(`not healthy after ${seconds} s:\n${await this.commands.ceph('status')}`);
      await sleep(500);
    }
  }

  /** Has the MDS check a directory and all below it against what is stored. Returns the damage that it knows of afterwards. */
  async scrub(path: string): Promise<string[]> {
    await this.commands.ceph('tell', 'mds.0', 'scrub', 'start', path, 'recursive,force');
    const end = performance.now() + scrubSeconds * 1000;
    for (;;) {
      if (performance.now() > end) throw new Error(`the scrub of ${path} did not end within ${scrubSeconds} s`);
      const { status } = (await this.commands.json('tell', 'mds.0', 'scrub', 'status')) as { status: string };
      if (/no active scrubs/.test(status)) break;
      await sleep(200);
    }
    const damage = (await this.commands.json('tell', 'mds.0', 'damage', 'ls')) as unknown[];
    return damage.map((each) => JSON.stringify(each));
  }

  async #each(action: 'kill' | 'end' | 'again', daemons: readonly string[]): Promise<void> {
    await Promise.all(daemons.map((daemon) => control(clusterFiles(this.#directory).socket, action, daemon)));
  }
}

/**
 * Starts a cluster in a directory that is not there yet, and waits until it is ready; or waits until it is ready which another test
 * file has started there.
 *
 * @param owner pid and start time of the process that it ends with; none: it runs until `discard`
 */
export async function startKeeper(directory: string, owner: readonly string[] = []): Promise<void> {
  const files = clusterFiles(directory);
  let first = true;
  try {
    mkdirSync(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    first = false;
  }
  const child = first ? spawnKeeper(directory, files.keeperLog, owner) : undefined;
  const end = performance.now() + startSeconds * 1000;
  while (!existsSync(files.ready)) {
    const failed = child !== undefined && hasEnded(child);
    if (failed || performance.now() > end) {
      const said = existsSync(files.keeperLog) ? readFileSync(files.keeperLog, 'utf8').slice(-4000) : '';
      child?.kill('SIGKILL');
      if (first) rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
      throw new Error(`the Ceph cluster did not start within ${startSeconds} s:\n${said}`);
    }
    await sleep(50);
  }
  child?.unref();
}

function spawnKeeper(directory: string, logFile: string, owner: readonly string[]) {
  const log = openSync(logFile, 'a');
  const child = spawn(process.execPath, [keeper, directory, ...owner], {
    detached: true,
    stdio: ['ignore', log, log],
    // Of vitest's own settings nothing is wanted.
    env: Object.fromEntries(passedOn.map((name) => [name, process.env[name]])),
  });
  closeSync(log);
  return child;
}

/** Whether the keeper of the cluster in this directory runs. */
export function keeperRuns(directory: string): boolean {
  const { ready } = clusterFiles(directory);
  if (!existsSync(ready)) return false;
  const [pid = '', started] = readFileSync(ready, 'utf8').split(' ');
  return startTime(Number(pid)) === started;
}
