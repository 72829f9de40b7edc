import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { GenericContainer, StartedTestContainer } from 'testcontainers';
import type { AccessKey } from '../head/declared.ts';
import { freePorts } from '../peers/daemon.ts';
import { containerEngine } from './container-engine.ts';
import { docker, tryDocker } from './docker-cli.ts';

/** The ports of the doors in the container, where it has a network of its own. */
const insidePorts = { nfs: 12_049, s3: 9000 };
const ready = /"msg":"ready"/;
const startMilliseconds = 60_000;

/** A volume of the engine, for a test's heads one after the other. */
export class DataVolume implements AsyncDisposable {
  readonly name = `polynas-test-${randomUUID()}`;

  /** Every container that had it must be gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    await docker(['volume', 'rm', '--force', this.name]);
  }
}

/**
 * A head in a container, started as docs/docker.md says, its data in a volume. Its ports are mapped to free ones of this
 * machine; where the engine has no bridge it shares this machine's network and listens on the loopback address.
 *
 * Nothing removes it for a test that is killed: `docker rm --force` the containers with the label org.testcontainers.
 */
export class HeadContainer implements AsyncDisposable {
  readonly #container: StartedTestContainer;
  /** Of the doors on this machine, where they are not mapped. */
  readonly #hostPorts: typeof insidePorts | undefined;

  private constructor(container: StartedTestContainer, hostPorts: typeof insidePorts | undefined) {
    this.#container = container;
    this.#hostPorts = hostPorts;
  }

  /** @throws Error that holds the end of the log when it did not become ready; the container is gone then */
  static async start(image: string, volume: DataVolume): Promise<HeadContainer> {
    // Loaded here only: without an engine nobody waits for it.
    const { GenericContainer, Wait } = await import('testcontainers');
    let said = '';
    const container = new GenericContainer(image)
      .withAutoCleanup(false)
      .withBindMounts([{ source: volume.name, target: '/data' }])
      .withWaitStrategy(Wait.forLogMessage(ready))
      .withStartupTimeout(startMilliseconds)
      .withLogConsumer((log) => log.on('data', (chunk: Buffer) => (said = `${said}${chunk.toString()}`.slice(-4000))));
    const hostPorts = (await containerEngine.onHostNetwork())
      ? await HeadContainer.#shareNetwork(container)
      : undefined;
    if (!hostPorts) container.withExposedPorts(insidePorts.nfs, insidePorts.s3);
    try {
      return new HeadContainer(await container.start(), hostPorts);
    } catch (error) {
      throw new Error(`no head started in a container; it said:\n${said}`, { cause: error });
    }
  }

  static async #shareNetwork(container: GenericContainer): Promise<typeof insidePorts> {
    const [nfs = 0, s3 = 0] = await freePorts(2);
    const doors = { nfs: { address: '127.0.0.1', port: nfs }, s3: { address: '127.0.0.1', port: s3 } };
    const configuration = { content: JSON.stringify({ doors }), target: '/etc/polynas/polynas.yaml', mode: 0o644 };
    container.withNetworkMode('host').withCommand(['serve']).withCopyContentToContainer([configuration]);
    return { nfs, s3 };
  }

  get id(): string {
    return this.#container.getId();
  }

  get nfsPort(): number {
    return this.#hostPorts?.nfs ?? this.#container.getMappedPort(insidePorts.nfs);
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.#hostPorts?.s3 ?? this.#container.getMappedPort(insidePorts.s3)}`;
  }

  /** The log since the container was made: what it said on both outputs. */
  async log(): Promise<string> {
    const { stdout, stderr } = await tryDocker(['logs', this.id]);
    return `${stdout.toString()}${stderr}`;
  }

  /** The administrator's access key, as a first start tells it in the log. */
  async credentials(): Promise<AccessKey> {
    const end = performance.now() + 5000;
    for (;;) {
      const log = await this.log();
      const accessKeyId = /^ *Access key +(\S+)$/m.exec(log)?.[1];
      const secretAccessKey = /^ *Secret key +(\S+)$/m.exec(log)?.[1];
      if (accessKeyId !== undefined && secretAccessKey !== undefined) return { accessKeyId, secretAccessKey };
      // The banner follows after `ready`, on another output.
      if (performance.now() > end) throw new Error(`the log tells no credentials:\n${log.slice(-4000)}`);
      await sleep(50);
    }
  }

  /** Runs a program in the container; standard output. */
  exec(argv: readonly string[]): Promise<string> {
    return docker(['exec', this.id, ...argv]);
  }

  /** A field of `docker inspect`, as a Go template names it. */
  async inspect(template: string): Promise<unknown> {
    return JSON.parse(await docker(['inspect', '--format', `{{json ${template}}}`, this.id]));
  }

  async kill(): Promise<void> {
    await docker(['kill', '--signal', 'KILL', this.id]);
  }

  /** Starts the container again once it has ended; its mapped ports are others then. */
  async startAgain(): Promise<void> {
    await this.#container.restart();
  }

  /** `docker stop`: SIGTERM, SIGKILL after 30 s. The exit code. */
  async stop(): Promise<number> {
    await docker(['stop', '-t', '30', this.id]);
    return Number(await this.inspect('.State.ExitCode'));
  }

  /** Ends it and removes it; its volume stays. */
  async [Symbol.asyncDispose](): Promise<void> {
    await docker(['rm', '--force', this.id]);
  }
}
