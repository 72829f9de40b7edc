import type { Call } from '@polynas/core/spi';
import { readBatch } from './batch/batch-format.ts';
import type { BatchRecord } from './batch/batch-format.ts';
import type { BatchRequest } from './batch/batch-messages.ts';
import { Batches } from './batch/batches.ts';
import { CephError } from './ceph-error.ts';
import { errno } from './errno.ts';
import type { ErrnoName } from './errno.ts';
import type { JournalNudge } from './journal-nudge.ts';
import type { Lane } from './gate.ts';
import type { CephCall } from './ceph-functions.ts';
import type { CephLibrary } from './library.ts';
import type { UserPerms } from './user-perms.ts';

export type Kind = 'metadata' | 'data';
/** Where the calls of a volume queue; `batch`: for a batch thread. */
export type Lanes = Readonly<Record<Kind | 'batch', Lane>>;

export interface ClientParts {
  readonly library: CephLibrary;
  /** `struct ceph_mount_info *`, mounted. */
  readonly cmount: bigint;
  readonly perms: UserPerms;
  readonly lanes: Lanes;
  /** Told once, at the first answer that says that the cluster has thrown this client out. */
  readonly lost?: (() => void) | undefined;
}

type BatchOf<Ask extends BatchRequest['ask']> = Omit<Extract<BatchRequest, { ask: Ask }>, 'cmount' | 'superuser'>;

/** Who waits for a call: no promise of its own stands between, as most operations are little more than their calls. */
interface Asker {
  /** `undefined`: the errno that is `missing`. */
  readonly resolve: (answer: number | undefined) => void;
  readonly reject: (error: unknown) => void;
  readonly missing?: number;
  /** The call is not under way any more. */
  readonly left: () => void;
}

/** Milliseconds that a reference may be kept that nobody needs: as long, the space of a removed file is not given back. */
const dropAfter = 20;

/** Calls that another client's change of a name may hold up. */
const waitForOthers: ReadonlySet<string> = new Set<CephCall>([
  'ceph_ll_lookup',
  'ceph_ll_getattr',
  'ceph_ll_setattr',
  'ceph_ll_create',
  'ceph_ll_mkdir',
  'ceph_ll_mknod',
  'ceph_ll_symlink',
  'ceph_ll_link',
  'ceph_ll_unlink',
  'ceph_ll_rmdir',
  'ceph_ll_rename',
  'ceph_ll_open',
  'ceph_ll_getxattr',
  'ceph_ll_setxattr',
  'ceph_ll_removexattr',
]);

const namesMayHoldUp: ReadonlySet<BatchRequest['ask']> = new Set(['readdirplus', 'getattrs'] as const);

/** One mounted libcephfs client: makes its calls on other threads, through the gate, and knows which are under way. */
export class Client {
  readonly library: CephLibrary;
  readonly cmount: bigint;
  readonly perms: UserPerms;
  /** `UserPerm *` of the superuser. */
  readonly superuser: bigint;
  readonly #lanes: Lanes;
  /** The arguments of each call under way: libcephfs writes into and reads from buffers among them, whose addresses are all that koffi keeps. */
  readonly #running = new Set<readonly unknown[]>();
  readonly #dropped: bigint[] = [];
  #dropping = false;
  readonly #batches: Batches;
  #idle: (() => void)[] = [];
  #alive = true;
  #ended = false;
  readonly #lost: () => void;

  /** Of a client that has others beside it. */
  nudge: JournalNudge | undefined = undefined;

  constructor({ library, cmount, perms, lanes, lost }: ClientParts) {
    this.library = library;
    this.cmount = cmount;
    this.perms = perms;
    this.superuser = perms.hold({ uid: 0, gid: 0 }).pointer;
    this.#lanes = lanes;
    this.#batches = new Batches(lanes.batch);
    this.#lost = lost ?? (() => undefined);
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** From now on every call is rejected with ESHUTDOWN; what is under way settles. */
  end(): void {
    this.#alive = false;
    this.#ended = true;
  }

  /** Drops one reference of an inode, soon: it takes libcephfs's lock, which nobody may wait for on the event loop. */
  put(inode: bigint): void {
    // The end of a client drops all of its references.
    if (this.#ended) return;
    this.#dropped.push(inode);
    if (!this.#dropping) void this.#drop();
  }

  get #busy(): boolean {
    return this.#running.size > 0 || this.#batches.running > 0 || this.#dropping;
  }

  /** Resolves when no call is under way. */
  async idle(): Promise<void> {
    while (this.#busy) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  /**
   * The answer of `name(cmount, ...values)`, not negative; rejected with `CephError` otherwise. `within` bounds the wait for a place only. What
   * `values` (and `kept`, whose addresses are in a buffer among them) refer to is kept until the call has settled.
   */
  call(
    kind: Kind,
    name: CephCall | 'ceph_ll_lookup_vino',
    values: readonly unknown[],
    within?: Call,
    kept: readonly unknown[] = values,
  ): Promise<number> {
    const lane = this.#lanes[kind];
    return new Promise((resolve, reject) => {
      const asker: Asker = { resolve: (answer = 0) => resolve(answer), reject, left: () => lane.leave() };
      lane.enter(() => this.#issue(name, values, kept, asker), reject, within);
    });
  }

  /** The same of a question to which an errno is the usual answer that there is no such thing: `undefined`, which costs no exception. */
  ask(
    missing: ErrnoName,
    name: CephCall,
    values: readonly unknown[],
    within: Call | undefined,
  ): Promise<number | undefined> {
    const lane = this.#lanes.metadata;
    return new Promise((resolve, reject) => {
      const asker: Asker = { resolve, reject, left: () => lane.leave(), missing: errno[missing] };
      lane.enter(() => this.#issue(name, values, values, asker), reject, within);
    });
  }

  /** A short call outside of the gate: for what others wait for, who may fill it. */
  aside(name: CephCall, values: readonly unknown[]): Promise<number> {
    return new Promise((resolve, reject) =>
      this.#issue(name, values, values, { resolve: (answer = 0) => resolve(answer), reject, left: () => undefined }),
    );
  }

  /**
   * A call that libcephfs answers from this process's memory, on this thread. It takes libcephfs's lock: not where a delegation may be recalled, whose call waits for
   * this thread with that lock held. Throws `CephError`.
   */
  now(name: CephCall, values: readonly unknown[]): number {
    if (!this.#alive) throw new CephError(errno.ESHUTDOWN, name);
    const answer = Number(this.library[name](this.cmount, ...values));
    if (answer < 0) throw this.failed(-answer, name);
    return answer;
  }

  #issue(
    name: CephCall | 'ceph_ll_lookup_vino',
    values: readonly unknown[],
    kept: readonly unknown[],
    { resolve, reject, left, missing }: Asker,
  ): void {
    if (!this.#alive) {
      reject(new CephError(errno.ESHUTDOWN, name));
      // Not in this turn: whoever takes the place is rejected as well, and so on.
      queueMicrotask(left);
      return;
    }
    const held = [values, kept];
    this.#running.add(held);
    const answered = this.nudge !== undefined && waitForOthers.has(name) ? this.nudge.begun() : undefined;
    const settled = (error: unknown, result?: number | bigint): void => {
      this.#running.delete(held);
      answered?.();
      left();
      const answer = Number(result ?? 0);
      if (error !== null && error !== undefined) reject(new Error(`${name} could not be called`, { cause: error }));
      else if (-answer === missing) resolve(undefined);
      else if (answer < 0) reject(this.failed(-answer, name));
      else resolve(answer);
      this.#wake();
    };
    try {
      this.library[name].async(this.cmount, ...values, settled);
    } catch (error) {
      settled(error);
    }
  }

  /** What the batch thread found. An element's own failure is in its record. */
  async batch(
    request: BatchOf<'readdirplus'> | BatchOf<'getattrs'> | BatchOf<'close'>,
    within?: Call,
  ): Promise<{ readonly records: readonly BatchRecord[]; readonly end: boolean }> {
    if (!this.#alive) throw new CephError(errno.ESHUTDOWN, request.ask);
    const { cmount, superuser } = this;
    const answered = namesMayHoldUp.has(request.ask) ? this.nudge?.begun() : undefined;
    try {
      const reply = await this.#batches.ask({ ...request, cmount, superuser }, within);
      if ('errno' in reply) throw this.failed(reply.errno, reply.call);
      return {
        records: readBatch(reply.records, reply.count, 'xattrs' in request ? request.xattrs : []),
        end: reply.end,
      };
    } finally {
      answered?.();
      this.#wake();
    }
  }

  /** The same of writes, of which is told when their turn comes which they are. */
  async batchOfWrites(writes: () => BigUint64Array): Promise<readonly BatchRecord[]> {
    if (!this.#alive) throw new CephError(errno.ESHUTDOWN, 'writes');
    const { cmount, superuser } = this;
    try {
      const reply = await this.#batches.ask(() => ({ ask: 'writes', writes: writes(), cmount, superuser }));
      if ('errno' in reply) throw this.failed(reply.errno, reply.call);
      return readBatch(reply.records, reply.count, []);
    } finally {
      this.#wake();
    }
  }

  /** All that are dropped within a while go together: a hop to another thread and back costs as much as a dozen of them. */
  async #drop(): Promise<void> {
    this.#dropping = true;
    const { cmount, superuser } = this;
    try {
      while (this.#dropped.length > 0) {
        await new Promise((resolve) => setTimeout(resolve, dropAfter));
        const inodes = BigUint64Array.from(this.#dropped.splice(0));
        await this.#batches.ask({ ask: 'put', cmount, superuser, inodes });
      }
    } catch {
      // The thread ended: its references stay until the client ends, which drops all.
    }
    this.#dropping = false;
    this.#wake();
  }

  #wake(): void {
    if (!this.#busy) for (const wake of this.#idle.splice(0)) wake();
  }

  /** What a call was answered, as an error; notices the end of this client. */
  failed(number: number, name: string): CephError {
    // The cluster has thrown this client out (it is on the blocklist), or a delegation was not given back in time.
    if (this.#alive && (number === errno.ESHUTDOWN || number === errno.ENOTCONN)) {
      this.#alive = false;
      this.#lost();
    }
    return new CephError(number, name);
  }
}
