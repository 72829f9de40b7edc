import { BehaviorSubject, Observable } from 'rxjs';
import type { VolumeStatus, WriteEpoch } from '@polynas/core/spi';
import type { Later } from '../later.ts';
import { CephError } from '../native/ceph-error.ts';
import { readFileSystem, readInactivePools, readStatus } from './cluster-report.ts';
import type { ClusterReport, FileSystemReport } from './cluster-report.ts';
import { volumeStatus } from './volume-status.ts';
import type { Known } from './volume-status.ts';

/** Who asks the monitors. */
export interface Cluster {
  ask(commands: readonly string[]): Promise<readonly (string | CephError)[]>;
  end(): void;
}

export interface StatusParts {
  readonly cluster: Cluster;
  readonly fileSystem: string | undefined;
  readonly epoch: () => WriteEpoch;
  /** Milliseconds that only grow. */
  readonly now: () => number;
  readonly later: Later;
  /** Told when a pool or an OSD has become full, or ceased to be, as far as the monitors tell. */
  readonly filled: () => void;
}

const command = (prefix: string, more: Readonly<Record<string, string>> = {}): string =>
  JSON.stringify({ prefix, format: 'json', ...more });
const often = [command('status')];
const detail = command('health', { detail: 'detail' });
const seldom = [command('fs dump'), command('osd pool ls', { detail: 'detail' }), command('df')];

/** Milliseconds between two questions while somebody looks; of those, each how many asks for what changes seldom. */
const interval = 2000;
const seldomEach = 5;
/** Milliseconds without an answer after which the cluster counts as lost; and the longest pause between attempts then. */
const silence = 10_000;
const longestPause = 15_000;

/** A volume's status: what the mounts know at once, and what the monitors say as long as somebody looks. */
export class StatusSource {
  readonly #parts: StatusParts;
  readonly #subject: BehaviorSubject<VolumeStatus>;
  #known: Omit<Known, 'epoch'> = {
    notServing: undefined,
    notTold: undefined,
    cluster: undefined,
    fileSystem: undefined,
    inactivePools: undefined,
    inactiveRounds: 0,
    worst: 0,
  };
  #answeredAt: number;
  #failures = 0;
  #rounds = 0;
  #watchers = 0;
  #asking = false;
  #cancel: (() => void) | undefined;
  #closed = false;

  constructor(parts: StatusParts) {
    this.#parts = parts;
    this.#answeredAt = parts.now();
    this.#subject = new BehaviorSubject(this.#status());
  }

  /** What `fs dump` says, asked once: `undefined` when this client may not know. Not rejected. */
  async fileSystem(): Promise<FileSystemReport | undefined> {
    await this.#ask();
    return this.#known.fileSystem;
  }

  status(): Observable<VolumeStatus> {
    return new Observable((subscriber) => {
      this.#watchers += 1;
      const subscription = this.#subject.subscribe(subscriber);
      if (this.#watchers === 1) this.#next(0);
      return () => {
        subscription.unsubscribe();
        this.#watchers -= 1;
        if (this.#watchers === 0) this.#cancel?.();
      };
    });
  }

  /** The mounts serve (`undefined`), or why not; the epoch may be another one. */
  serving(reason: string | undefined): void {
    this.#learn({ notServing: reason });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#cancel?.();
    this.#parts.cluster.end();
    this.#subject.complete();
  }

  #next(pause: number): void {
    this.#cancel?.();
    if (this.#closed || this.#watchers === 0) return;
    this.#cancel = this.#parts.later(pause, () => void this.#round());
  }

  async #round(): Promise<void> {
    await this.#ask();
    this.#next(this.#failures === 0 ? interval : Math.min(longestPause, interval * 2 ** (this.#failures - 1)));
  }

  /** One question at a time; who asks meanwhile makes do with its answer. */
  async #ask(): Promise<void> {
    if (this.#asking || this.#closed) return;
    this.#asking = true;
    const all = this.#rounds % seldomEach === 0;
    try {
      const [status, ...rest] = await this.#parts.cluster.ask(all ? [...often, ...seldom] : often);
      const cluster = readAnswer(status, readStatus);
      const inactivePools = await this.#askInactive(cluster.groups.inactive);
      this.#answered(cluster, inactivePools, all ? this.#readSeldom(rest) : this.#known.fileSystem);
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#asking = false;
    }
  }

  async #askInactive(inactive: number): Promise<readonly number[] | undefined> {
    if (inactive === 0) return undefined;
    const [health] = await this.#parts.cluster.ask([detail]);
    return readAnswer(health, (text) => readInactivePools(text, inactive));
  }

  #readSeldom(answers: readonly (string | CephError)[]): FileSystemReport | undefined {
    const [fsDump, pools, df] = answers;
    if (typeof fsDump !== 'string' || typeof pools !== 'string' || typeof df !== 'string')
      return this.#known.fileSystem;
    return readFileSystem({ fsDump, pools, df }, this.#parts.fileSystem);
  }

  #answered(
    cluster: ClusterReport,
    inactivePools: readonly number[] | undefined,
    fileSystem: FileSystemReport | undefined,
  ): void {
    this.#rounds += 1;
    this.#failures = 0;
    this.#answeredAt = this.#parts.now();
    if (cluster.full !== (this.#known.cluster?.full ?? '')) this.#parts.filled();
    const { degraded } = cluster.objects;
    const worst = degraded === 0 ? 0 : Math.max(this.#known.worst, degraded);
    const inactiveRounds = cluster.groups.inactive > 0 ? this.#known.inactiveRounds + 1 : 0;
    this.#learn({ cluster, fileSystem, inactivePools, inactiveRounds, worst, notTold: undefined });
  }

  #failed(error: unknown): void {
    this.#failures += 1;
    const quiet = this.#parts.now() - this.#answeredAt;
    const denied = error instanceof CephError && (error.errno === 13 || error.errno === 1);
    const message = error instanceof Error ? error.message : String(error);
    const reason = denied
      ? 'this Ceph client may not ask the monitors for the state of the cluster'
      : `the monitors have not answered for ${Math.round(quiet / 1000)} s (${message})`;
    const silent = !denied && error instanceof CephError && quiet >= silence;
    this.#learn({ notTold: { reason, silent } });
  }

  #learn(news: Partial<Omit<Known, 'epoch'>>): void {
    if (this.#closed) return;
    this.#known = { ...this.#known, ...news };
    const [before, after] = [this.#subject.value, this.#status()];
    if (!same(before, after)) this.#subject.next(after);
  }

  #status(): VolumeStatus {
    return volumeStatus({ ...this.#known, epoch: this.#parts.epoch() });
  }
}

function readAnswer<T>(answer: string | CephError | undefined, read: (text: string) => T): T {
  if (typeof answer === 'string') return read(answer);
  throw answer ?? new Error('the status thread left out an answer');
}

function same(one: VolumeStatus, other: VolumeStatus): boolean {
  return text(one) === text(other);
}

function text(status: VolumeStatus): string {
  return JSON.stringify(status, (_key, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));
}
