import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CephCommands } from './commands.ts';
import { cephConfiguration, cephConfigurationFile, type CephLayout } from './configuration.ts';
import type { CephDaemon, CephPrograms } from './ceph-programs.ts';
import { installedPrograms } from './programs.ts';

/** A daemon of the cluster and how it is started, so that it can be started again. */
interface Launched {
  readonly argv: readonly string[];
  daemon: CephDaemon;
}

/** A throw-away Ceph cluster: one monitor, one manager, OSDs with BlueStore on sparse files, and an MDS where a file system is wanted. */
export class CephCluster {
  readonly commands: CephCommands;
  readonly layout: CephLayout;
  readonly #configuration: string;
  readonly #programs: CephPrograms;
  readonly #daemons = new Map<string, Launched>();

  /** Makes and starts it; ready when every OSD is in and the MDS is active. What was started is stopped when a later step fails. */
  static async start(layout: Omit<CephLayout, 'fsid'>, programs = installedPrograms): Promise<CephCluster> {
    const cluster = new CephCluster({ ...layout, fsid: randomUUID() }, programs);
    try {
      await cluster.#startMonitor();
      const osds = Array.from({ length: layout.osds }, (_, id) => id);
      await Promise.all([cluster.#startManager(), cluster.#startOsds(osds)]);
      await cluster.#allOsdsIn();
      if (layout.fileSystem !== undefined) await cluster.#startFileSystem(layout.fileSystem);
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  private constructor(layout: CephLayout, programs: CephPrograms) {
    this.layout = layout;
    this.#programs = programs;
    this.#configuration = cephConfigurationFile(layout);
    for (const name of ['run', 'log', 'mon', 'mgr/x', 'mds/a', 'osd', 'rgw']) {
      mkdirSync(join(layout.directory, name), { recursive: true });
    }
    writeFileSync(this.#configuration, cephConfiguration(layout));
    this.commands = new CephCommands(this.#configuration, programs);
  }

  /** Process ids of monitor, manager, OSDs and MDS, and of what {@link launch} started. */
  get pids(): number[] {
    return [...this.#daemons.values()].map(({ daemon }) => daemon.pid);
  }

  /** Starts a further daemon of this cluster in the foreground. */
  launch(name: string, program: string, ...args: string[]): CephDaemon {
    const argv = [program, '-f', '-c', this.#configuration, ...args];
    const daemon = this.#spawn(name, argv);
    this.#daemons.set(name, { argv, daemon });
    return daemon;
  }

  /** SIGKILL: as a power cut of that daemon. */
  async kill(name: string): Promise<void> {
    await this.#launched(name).daemon.kill();
  }

  /** SIGTERM: the daemon takes leave of the monitor. */
  async end(name: string): Promise<void> {
    await this.#launched(name).daemon.stop();
  }

  /** Starts a daemon again that was killed or ended. */
  again(name: string): void {
    const launched = this.#launched(name);
    launched.daemon = this.#spawn(name, launched.argv);
  }

  /** Makes a key for `entity` in a keyring file of its own and returns the path. */
  async keyring(entity: string, path: string, ...capabilities: string[]): Promise<string> {
    const file = join(this.layout.directory, path);
    await this.commands.ceph('auth', 'get-or-create', entity, ...capabilities, '-o', file);
    return file;
  }

  /** The last started ends first: an OSD takes leave of the monitor. */
  async stop(): Promise<void> {
    for (const { daemon } of [...this.#daemons.values()].reverse()) await daemon.stop(5);
    this.#daemons.clear();
  }

  /** All at once and without leave: nothing of the cluster is wanted any more. */
  async discard(): Promise<void> {
    await Promise.all([...this.#daemons.values()].map(({ daemon }) => daemon.kill()));
    this.#daemons.clear();
  }

  #spawn(name: string, argv: readonly string[]): CephDaemon {
    return this.#programs.daemon(name, argv, join(this.layout.directory, 'log', `${name}.out`));
  }

  #launched(name: string): Launched {
    const launched = this.#daemons.get(name);
    if (!launched) throw new Error(`no daemon ${name}: there are ${[...this.#daemons.keys()].join(', ')}`);
    return launched;
  }

  async #startMonitor(): Promise<void> {
    const { directory, fsid, ports } = this.layout;
    const at = (name: string) => join(directory, name);
    const key = ['--create-keyring', at('mon.keyring'), '--gen-key', '-n', 'mon.', '--cap', 'mon', 'allow *'];
    await this.commands.run('ceph-authtool', key);
    const all = ['mon', 'osd', 'mgr', 'mds'].flatMap((service) => ['--cap', service, 'allow *']);
    await this.commands.run('ceph-authtool', [
      '--create-keyring',
      at('keyring'),
      '--gen-key',
      '-n',
      'client.admin',
      ...all,
    ]);
    await this.commands.run('ceph-authtool', [at('mon.keyring'), '--import-keyring', at('keyring')]);
    const address = `[v2:127.0.0.1:${ports.monitorV2},v1:127.0.0.1:${ports.monitor}]`;
    await this.commands.run('monmaptool', ['--create', '--addv', 'a', address, '--fsid', fsid, at('monmap')]);
    const made = ['--mkfs', '-i', 'a', '-c', this.#configuration, '--monmap', at('monmap')];
    mkdirSync(at('mon/a'));
    await this.commands.run('ceph-mon', [...made, '--keyring', at('mon.keyring')]);
    await this.launch('mon.a', 'ceph-mon', '-i', 'a').listening(ports.monitorV2, 30);
  }

  async #startManager(): Promise<void> {
    const capabilities = ['mon', 'allow profile mgr', 'osd', 'allow *', 'mds', 'allow *'];
    const keyring = await this.keyring('mgr.x', 'mgr/x/keyring', ...capabilities);
    this.launch('mgr.x', 'ceph-mgr', '-i', 'x', '--keyring', keyring);
  }

  async #startOsds(ids: readonly number[]): Promise<void> {
    const keys = new Map<number, { uuid: string; keyring: string }>();
    // In order: the monitor gives the ids. Making the stores takes longer, and goes at once.
    for (const id of ids) keys.set(id, await this.#registerOsd(id));
    await Promise.all([...keys].map(([id, { uuid, keyring }]) => this.#startOsd(id, uuid, keyring)));
  }

  async #registerOsd(id: number): Promise<{ uuid: string; keyring: string }> {
    const folder = join(this.layout.directory, 'osd', `${id}`);
    mkdirSync(folder);
    const uuid = randomUUID();
    const key = (await this.commands.run('ceph-authtool', ['--gen-print-key'])).trim();
    const secrets = `${folder}.json`;
    writeFileSync(secrets, JSON.stringify({ cephx_secret: key }), { mode: 0o600 });
    await this.commands.ceph('osd', 'new', uuid, `${id}`, '-i', secrets);
    rmSync(secrets);
    const keyring = join(folder, 'keyring');
    await this.commands.run('ceph-authtool', ['--create-keyring', keyring, '-n', `osd.${id}`, '--add-key', key]);
    return { uuid, keyring };
  }

  async #startOsd(id: number, uuid: string, keyring: string): Promise<void> {
    const common = ['-i', `${id}`, '-c', this.#configuration];
    await this.commands.run('ceph-osd', [...common, '--mkfs', '--osd-uuid', uuid, '--keyring', keyring]);
    this.launch(`osd.${id}`, 'ceph-osd', '-i', `${id}`, '--keyring', keyring);
  }

  async #allOsdsIn(): Promise<void> {
    await this.#until(`the OSDs up`, async () => {
      const { num_up_osds: up } = (await this.commands.json('osd', 'stat')) as { num_up_osds: number };
      return up === this.layout.osds;
    });
  }

  async #startFileSystem(name: string): Promise<void> {
    const capabilities = ['mon', 'profile mds', 'osd', 'allow *', 'mds', 'allow *', 'mgr', 'profile mds'];
    const keyring = await this.keyring('mds.a', 'mds/a/keyring', ...capabilities);
    await this.commands.ceph('osd', 'pool', 'create', `${name}_meta`, '8');
    await this.commands.ceph('osd', 'pool', 'create', `${name}_data`, '16');
    await this.commands.ceph('fs', 'new', name, `${name}_meta`, `${name}_data`);
    this.launch('mds.a', 'ceph-mds', '-i', 'a', '--keyring', keyring);
    await this.#until('the MDS active', async () => /up:active/.test(await this.commands.ceph('mds', 'stat')));
  }

  async #until(what: string, reached: () => Promise<boolean>, seconds = 120): Promise<void> {
    const end = performance.now() + seconds * 1000;
    while (!(await reached())) {
      for (const { daemon } of this.#daemons.values()) daemon.assertAlive();
      if (performance.now() > end) throw new Error(`not ${what} within ${seconds} s: see ${this.layout.directory}/log`);
      await sleep(200);
    }
  }
}
