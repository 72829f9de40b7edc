import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CephCommands, run } from './ceph-commands.ts';
import { cephConfiguration, cephConfigurationFile, type CephLayout } from './ceph-configuration.ts';
import { Daemon } from './daemon.ts';

/** A throw-away Ceph cluster: one monitor, one manager, OSDs with BlueStore on sparse files. */
export class CephCluster {
  readonly commands: CephCommands;
  readonly layout: CephLayout;
  readonly #configuration: string;
  readonly #daemons: Daemon[] = [];

  /** Makes and starts it; ready when every OSD is in. What was started is stopped when a later step fails. */
  static async start(layout: Omit<CephLayout, 'fsid'>): Promise<CephCluster> {
    const cluster = new CephCluster({ ...layout, fsid: randomUUID() });
    try {
      await cluster.#startMonitor();
      await cluster.#startManager();
      for (let id = 0; id < layout.osds; id++) await cluster.#startOsd(id);
      await cluster.#allOsdsIn();
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  private constructor(layout: CephLayout) {
    this.layout = layout;
    this.#configuration = cephConfigurationFile(layout);
    for (const name of ['run', 'log', 'mon', 'mgr/x', 'osd', 'rgw']) {
      mkdirSync(join(layout.directory, name), { recursive: true });
    }
    writeFileSync(this.#configuration, cephConfiguration(layout));
    this.commands = new CephCommands(this.#configuration);
  }

  /** Process ids of monitor, manager and OSDs, and of what {@link launch} started. */
  get pids(): number[] {
    return this.#daemons.map(({ pid }) => pid);
  }

  /** Starts a further daemon of this cluster in the foreground. */
  launch(name: string, program: string, ...args: string[]): Daemon {
    const log = join(this.layout.directory, 'log', `${name}.out`);
    const daemon = new Daemon({ name, argv: [program, '-f', '-c', this.#configuration, ...args], log });
    this.#daemons.push(daemon);
    return daemon;
  }

  /** Makes a key for `entity` in a keyring file of its own and returns the path. */
  async keyring(entity: string, path: string, ...capabilities: string[]): Promise<string> {
    const file = join(this.layout.directory, path);
    await this.commands.ceph('auth', 'get-or-create', entity, ...capabilities, '-o', file);
    return file;
  }

  /** The last started ends first: an OSD takes leave of the monitor. */
  async stop(): Promise<void> {
    for (const daemon of this.#daemons.reverse()) await daemon.stop(5);
    this.#daemons.length = 0;
  }

  async #startMonitor(): Promise<void> {
    const { directory, fsid, ports } = this.layout;
    const at = (name: string) => join(directory, name);
    await run('ceph-authtool', [
      '--create-keyring',
      at('mon.keyring'),
      '--gen-key',
      '-n',
      'mon.',
      '--cap',
      'mon',
      'allow *',
    ]);
    const all = ['mon', 'osd', 'mgr'].flatMap((service) => ['--cap', service, 'allow *']);
    await run('ceph-authtool', ['--create-keyring', at('keyring'), '--gen-key', '-n', 'client.admin', ...all]);
    await run('ceph-authtool', [at('mon.keyring'), '--import-keyring', at('keyring')]);
    const address = `[v2:127.0.0.1:${ports.monitorV2},v1:127.0.0.1:${ports.monitor}]`;
    await run('monmaptool', ['--create', '--addv', 'a', address, '--fsid', fsid, at('monmap')]);
    const made = [
      '--mkfs',
      '-i',
      'a',
      '-c',
      this.#configuration,
      '--monmap',
      at('monmap'),
      '--keyring',
      at('mon.keyring'),
    ];
    mkdirSync(at('mon/a'));
    await run('ceph-mon', made);
    await this.launch('mon.a', 'ceph-mon', '-i', 'a').listening(ports.monitorV2, 30);
  }

  async #startManager(): Promise<void> {
    const keyring = await this.keyring(
      'mgr.x',
      'mgr/x/keyring',
      'mon',
      'allow profile mgr',
      'osd',
      'allow *',
      'mds',
      'allow *',
    );
    this.launch('mgr.x', 'ceph-mgr', '-i', 'x', '--keyring', keyring);
  }

  async #startOsd(id: number): Promise<void> {
    const folder = join(this.layout.directory, 'osd', `${id}`);
    mkdirSync(folder);
    const uuid = randomUUID();
    const key = (await run('ceph-authtool', ['--gen-print-key'])).trim();
    const secrets = `${folder}.json`;
    writeFileSync(secrets, JSON.stringify({ cephx_secret: key }), { mode: 0o600 });
    await this.commands.ceph('osd', 'new', uuid, `${id}`, '-i', secrets);
    rmSync(secrets);
    const keyring = join(folder, 'keyring');
    await run('ceph-authtool', ['--create-keyring', keyring, '-n', `osd.${id}`, '--add-key', key]);
    await run('ceph-osd', [
      '-i',
      `${id}`,
      '-c',
      this.#configuration,
      '--mkfs',
      '--osd-uuid',
      uuid,
      '--keyring',
      keyring,
    ]);
    this.launch(`osd.${id}`, 'ceph-osd', '-i', `${id}`, '--keyring', keyring);
  }

  async #allOsdsIn(): Promise<void> {
    for (let left = 200; left > 0; left--) {
      for (const daemon of this.#daemons) daemon.assertAlive();
      const { num_up_osds: up } = JSON.parse(await this.commands.ceph('osd', 'stat', '-f', 'json')) as {
        num_up_osds: number;
      };
      if (up === this.layout.osds) return;
      await sleep(200);
    }
    throw new Error(`the OSDs did not come up: see ${this.layout.directory}/log`);
  }
}
