import { createWriteStream, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ContainerRuntimeClient, GenericContainer, StartedTestContainer } from 'testcontainers';
import { containerEngine } from '../containers/container-engine.ts';
import { startTime } from '../kernel/run-directory.ts';
import { answers } from '../peers/daemon.ts';
import type { CephDaemon, CephPrograms } from './ceph-programs.ts';

/** Whose containers they are: pid and start time of the keeper. Its own reaper is an image that would have to be pulled. */
const label = 'polynas.ceph.keeper';

type Container = ReturnType<ContainerRuntimeClient['container']['getById']>;

/**
 * Ceph's programs in containers of one image, by testcontainers and on this machine's network: one container for commands, one for each daemon.
 * The kernel does not end them with the process that started them; what a killed keeper left the next one removes.
 */
export class ContainerPrograms implements CephPrograms {
  readonly #directory: string;
  readonly #image: string;
  /** Of the container for commands. */
  readonly id: string;
  readonly #daemons: ContainerDaemon[] = [];
  #closed = false;

  static async start(directory: string, image: string): Promise<ContainerPrograms> {
    const { unavailable } = await containerEngine.availability();
    if (unavailable !== undefined) throw new Error(unavailable);
    await removeStale();
    const container = await prepared(directory, image);
    const started = await container.withEntrypoint(['sleep']).withCommand(['infinity']).start();
    return new ContainerPrograms(directory, image, started.getId());
  }

  /** For commands alone, in the container that a keeper has started. */
  static of(directory: string, id: string): ContainerPrograms {
    return new ContainerPrograms(directory, '', id);
  }

  private constructor(directory: string, image: string, id: string) {
    this.#directory = directory;
    this.#image = image;
    this.id = id;
  }

  async run(program: string, args: readonly string[]): Promise<string> {
    const { container } = await runtime();
    const { stdout, stderr, exitCode } = await container.exec(container.getById(this.id), [program, ...args]);
    if (exitCode !== 0) throw new Error(`${program} ${args.join(' ')}: status ${exitCode}\n${stderr}${stdout}`);
    return stdout;
  }

  daemon(name: string, argv: readonly string[], log: string): CephDaemon {
    const container = this.#closed ? Promise.reject(new Error('closed')) : prepared(this.#directory, this.#image);
    const daemon = new ContainerDaemon(name, container, argv, log);
    this.#daemons.push(daemon);
    return daemon;
  }

  async close(): Promise<void> {
    this.#closed = true;
    // One that is just being made would not be found.
    await Promise.all(this.#daemons.map((daemon) => daemon.begun()));
    await removeOf(owner());
  }
}

/** A program in a container of its own. */
class ContainerDaemon implements CephDaemon {
  readonly #name: string;
  readonly #log: string;
  readonly #started: Promise<StartedTestContainer>;
  /** Resolves when the program has ended. */
  readonly #end: Promise<void>;
  #pid: number | undefined;
  #ended: string | undefined;

  constructor(name: string, container: Promise<GenericContainer>, argv: readonly string[], log: string) {
    this.#name = name;
    this.#log = log;
    this.#started = this.#start(container, argv);
    this.#end = this.#watch();
  }

  get pid(): number {
    if (this.#pid === undefined) throw new Error(`${this.#name} has not started yet: see ${this.#log}`);
    return this.#pid;
  }

  /** Resolves when it has been started, or will not be. */
  async begun(): Promise<void> {
    await Promise.allSettled([this.#started]);
  }

  assertAlive(): void {
    if (this.#ended === undefined) return;
    const tail = readFileSync(this.#log, 'utf8').trim().split('\n').slice(-8).join('\n');
    throw new Error(`${this.#name} ended (${this.#ended}):\n${tail}`);
  }

  async listening(port: number, seconds = 60): Promise<void> {
    const end = performance.now() + seconds * 1000;
    while (!(await answers(port))) {
      this.assertAlive();
      if (performance.now() > end) throw new Error(`${this.#name}: not listening on port ${port}: see ${this.#log}`);
      await sleep(50);
    }
  }

  kill(): Promise<void> {
    return this.#signal('SIGKILL');
  }

  async stop(seconds = 10): Promise<void> {
    await Promise.race([this.#signal('SIGTERM'), sleep(seconds * 1000)]);
    await this.kill();
  }

  async #start(container: Promise<GenericContainer>, [program = '', ...args]: readonly string[]) {
    const log = createWriteStream(this.#log, { flags: 'a' });
    const started = await (
      await container
    )
      .withEntrypoint([program])
      .withCommand(args)
      .withLogConsumer((stream) => stream.pipe(log))
      .start();
    const { State: state } = await (await runtime()).container.getById(started.getId()).inspect();
    this.#pid = state.Pid;
    return started;
  }

  async #watch(): Promise<void> {
    try {
      const container = await this.#container();
      const { StatusCode: status } = (await container.wait()) as { StatusCode: number };
      this.#ended = `status ${status}`;
      await container.remove({ force: true });
    } catch (error) {
      this.#ended ??= String(error);
    }
  }

  async #signal(signal: string): Promise<void> {
    if (this.#ended === undefined) {
      try {
        await (await this.#container()).kill({ signal });
      } catch (error) {
        // It ended by itself meanwhile, or has never begun: the watch sees to either.
        if (![404, 409].includes((error as { statusCode?: number }).statusCode ?? 0)) throw error;
      }
    }
    await this.#end;
  }

  async #container(): Promise<Container> {
    const started = await this.#started;
    return (await runtime()).container.getById(started.getId());
  }
}

/** Loaded here only: without an image nobody waits for it. */
async function runtime(): Promise<ContainerRuntimeClient> {
  // It tells testcontainers where the engine is.
  await containerEngine.availability();
  const { getContainerRuntimeClient } = await import('testcontainers');
  return getContainerRuntimeClient();
}

async function prepared(directory: string, image: string): Promise<GenericContainer> {
  const testcontainers = await import('testcontainers');
  return new testcontainers.GenericContainer(image)
    .withAutoCleanup(false)
    .withLabels({ [label]: owner() })
    .withNetworkMode('host')
    .withUser('0')
    .withBindMounts([{ source: directory, target: directory }]);
}

/** This process by pid and start time. */
function owner(): string {
  return `${process.pid}-${startTime(process.pid) ?? ''}`;
}

async function removeStale(): Promise<void> {
  const { container } = await runtime();
  const all = await container.dockerode.listContainers({ all: true, filters: { label: [label] } });
  for (const each of new Set(all.map(({ Labels: labels }) => labels[label] ?? ''))) {
    const [pid = '', started] = each.split('-');
    if (startTime(Number(pid)) !== started) await removeOf(each);
  }
}

async function removeOf(keeper: string): Promise<void> {
  const { container } = await runtime();
  const all = await container.dockerode.listContainers({ all: true, filters: { label: [`${label}=${keeper}`] } });
  await Promise.all(all.map(({ Id: id }) => container.getById(id).remove({ force: true })));
}
