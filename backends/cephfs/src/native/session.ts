import type { Client } from './client.ts';
import { errno } from './errno.ts';

/** CEPH_CAP_PIN: all that an inode without a living session still has. */
const pinOnly = 1;
/** Milliseconds between two looks at a session that nobody asks about. */
const watchEvery = 2000;

export interface Sign {
  /** `int` of `ceph_open`: an open of a file that only this client has to do with. */
  readonly fd: number;
  /** No other client is there, so no delegation, whose recall would wait for the event loop with libcephfs's lock held: this thread may take that lock. */
  readonly alone: boolean;
  /** Whether the lock that was taken at the mount is still there, by the word of the metadata server. Rejected when libcephfs knows that it is not. */
  readonly lockStands: () => Promise<boolean>;
}

/**
 * Whether the session of a client with the metadata server has been one and the same since the mount. A client whose session ended has lost what it had not
 * synced, without any call telling: its buffers are dropped, `ceph_ll_fsync` answers 0, and where evicted clients are not blocklisted a new session opens by itself.
 * What certainly ends with a session are the locks that its client holds, and the capabilities of its files.
 */
export class Session {
  readonly #client: Client;
  readonly #sign: Sign;
  readonly #timer: NodeJS.Timeout;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #ended = false;

  constructor(client: Client, sign: Sign) {
    this.#client = client;
    this.#sign = sign;
    this.#timer = setInterval(() => this.#watch(), watchEvery);
    this.#timer.unref();
  }

  /** Rejected with ESHUTDOWN when the session broke off at any time before this call. All who ask while a look is under way share the next one. */
  expectUnbroken(): Promise<void> {
    if (this.#running === undefined) return this.#look();
    this.#next ??= this.#running.then(
      () => this.#look(),
      () => this.#look(),
    );
    return this.#next;
  }

  end(): void {
    this.#ended = true;
    clearInterval(this.#timer);
  }

  #look(): Promise<void> {
    this.#next = undefined;
    const look = this.#expectSign().finally(() => {
      if (this.#running === look) this.#running = undefined;
    });
    this.#running = look;
    return look;
  }

  async #expectSign(): Promise<void> {
    // Answered from this process's memory. Capabilities may be gone for other reasons as well: then the lock tells.
    const name = 'ceph_debug_get_fd_caps';
    const { fd, alone } = this.#sign;
    const capabilities = alone ? this.#client.now(name, [fd]) : await this.#client.call('data', name, [fd]);
    if (capabilities > pinOnly) return;
    const stands = await this.#sign.lockStands().catch(() => false);
    if (!stands) throw this.#client.failed(errno.ESHUTDOWN, 'the lock of the own session');
  }

  /** Somebody has to notice when nobody syncs: what was written before is lost, and the epoch has to tell. */
  #watch(): void {
    if (!this.#ended && this.#client.alive && this.#running === undefined) this.#look().catch(() => undefined);
  }
}
