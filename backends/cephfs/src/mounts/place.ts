import { StorageError } from '@polynas/core/spi';
import type { Call } from '@polynas/core/spi';
import type { Mount } from '../native/mount-api.ts';
import { backOff } from './back-off.ts';
import { InodeCache } from './inode-cache.ts';

export interface PlaceParts {
  /** A new incarnation; `lost` is told when the cluster throws it out. */
  readonly mount: (lost: () => void) => Promise<Mount>;
  /** References of inodes that one incarnation keeps. */
  readonly cachedInodes: number;
  /**
   * Milliseconds after which a reference that nobody uses is dropped, twice as many at most; for volumes that others write too. A file whose last name another client takes away
   * keeps its space for as long as this one has a reference (seen with 16.2).
   */
  readonly forgetUnusedAfter?: number | undefined;
  /** Told, before anybody else can notice, that what was not synced through this place is lost. */
  readonly lost: () => void;
  /** Told when the place serves again (`undefined`), or why it does not. */
  readonly serving: (reason: string | undefined) => void;
  readonly report: (error: unknown) => void;
}

interface Waiting {
  readonly resolve: (mount: Mount) => void;
  readonly reject: (error: StorageError) => void;
}

/** Milliseconds that a call waits for a mount that is coming back, when its own deadline is not earlier. */
const longestWait = 5000;

/** One place of the pool: at any time one incarnation of a mount, or none while the cluster has thrown it out and it is being mounted again. */
export class Place {
  readonly #parts: PlaceParts;
  #inodes: InodeCache | undefined;
  #reason = 'not mounted yet';
  #closed = false;
  readonly #waiting = new Set<Waiting>();
  /** Ends of former incarnations, and the attempt to mount again: the place's end waits for them. */
  readonly #background = new Set<Promise<void>>();
  #wake: (() => void) | undefined;
  #forgetting: NodeJS.Timeout | undefined;

  constructor(parts: PlaceParts) {
    this.#parts = parts;
  }

  /** What is known of the present incarnation's inodes. Throws `unavailable` while there is none. */
  get inodes(): InodeCache {
    if (this.#inodes === undefined) throw new StorageError('unavailable', this.#reason);
    return this.#inodes;
  }

  get serving(): boolean {
    return this.#inodes !== undefined;
  }

  /** The cache of that incarnation, if it is the present one. */
  inodesOf(mount: Mount): InodeCache | undefined {
    return this.#inodes?.mount.incarnation === mount.incarnation ? this.#inodes : undefined;
  }

  /** The first mount; rejected when there is none. */
  async open(): Promise<Mount> {
    return await this.#mount();
  }

  async ready(call: Call): Promise<Mount> {
    if (this.#inodes !== undefined) return this.#inodes.mount;
    if (this.#closed) throw new StorageError('unavailable', this.#reason);
    return await this.#comesBack(call);
  }

  async close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      clearInterval(this.#forgetting);
      this.#reason = 'the volume is closed';
      const last = this.#inodes?.mount;
      this.#inodes = undefined;
      for (const { reject } of this.#waiting) reject(new StorageError('unavailable', this.#reason));
      this.#wake?.();
      if (last !== undefined) this.#inBackground(last.unmount());
    }
    await Promise.all(this.#background);
  }

  async #mount(): Promise<Mount> {
    const mount = await this.#parts.mount(() => this.#lose());
    // Thrown out before it stood here: nobody has used it.
    if (!mount.alive || this.#closed) {
      await mount.unmount();
      throw new StorageError('unavailable', this.#closed ? this.#reason : 'the cluster refused this client at once');
    }
    this.#inodes = new InodeCache(mount, this.#parts.cachedInodes);
    this.#forgetUnused();
    this.#parts.serving(undefined);
    for (const { resolve } of this.#waiting) resolve(mount);
    return mount;
  }

  #forgetUnused(): void {
    const { forgetUnusedAfter: every } = this.#parts;
    if (every === undefined || this.#forgetting !== undefined) return;
    this.#forgetting = setInterval(() => this.#inodes?.forgetUnused(), every);
    this.#forgetting.unref();
  }

  #lose(): void {
    const mount = this.#inodes?.mount;
    // Before it stood here nobody had used it.
    if (mount === undefined || mount.alive) return;
    this.#inodes = undefined;
    this.#parts.lost();
    this.#reason = 'the cluster has thrown this client out; it is being mounted again';
    this.#parts.serving(this.#reason);
    this.#parts.report(new StorageError('unavailable', this.#reason));
    this.#inBackground(mount.unmount());
    this.#inBackground(this.#mountAgain());
  }

  async #mountAgain(): Promise<void> {
    for (let failures = 0; !this.#closed; failures += 1) {
      await this.#pause(backOff(failures));
      if (this.#closed) return;
      try {
        await this.#mount();
        return;
      } catch (error) {
        this.#reason = `the volume cannot be mounted again: ${error instanceof Error ? error.message : String(error)}`;
        this.#parts.serving(this.#reason);
        this.#parts.report(error);
      }
    }
  }

  async #pause(milliseconds: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = undefined;
  }

  #inBackground(work: Promise<unknown>): void {
    const watched = work
      .catch((error: unknown) => this.#parts.report(error))
      .then(() => {
        this.#background.delete(watched);
      });
    this.#background.add(watched);
  }

  async #comesBack({ signal, deadline }: Call): Promise<Mount> {
    if (signal?.aborted === true) throw new StorageError('aborted');
    const limit = Math.min(longestWait, deadline === undefined ? longestWait : deadline - performance.now());
    let timer: NodeJS.Timeout | undefined;
    let abort: (() => void) | undefined;
    let waiting: Waiting | undefined;
    try {
      return await new Promise<Mount>((resolve, reject) => {
        waiting = { resolve, reject };
        this.#waiting.add(waiting);
        const late = limit < longestWait ? 'timedOut' : 'tryLater';
        timer = setTimeout(() => reject(new StorageError(late, this.#reason)), Math.max(0, limit));
        abort = () => reject(new StorageError('aborted'));
        signal?.addEventListener('abort', abort, { once: true });
      });
    } finally {
      clearTimeout(timer);
      if (abort !== undefined) signal?.removeEventListener('abort', abort);
      if (waiting !== undefined) this.#waiting.delete(waiting);
    }
  }
}
