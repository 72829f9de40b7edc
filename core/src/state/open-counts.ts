import type { Caller, Principal } from '../service/index.ts';
import { StorageError } from '../spi/index.ts';

/**
 * Opens that are held, of everybody together and of each user and client address: whoever holds many leaves places for the others. A user has a quarter of all
 * places, an address (of a terminal server, or of a client host of NFS that names its users itself) half.
 */
export class OpenCounts {
  readonly #most: number;
  /** Bounded by the opens there are: who holds none is not in it. */
  readonly #held = new Map<string, number>();
  #all = 0;

  /** @param most of everybody together */
  constructor(most: number) {
    this.#most = most;
  }

  /** A place for one more; `tooMany`. What it gives back ends the place, once. */
  take({ principal, client }: Pick<Caller, 'principal' | 'client'>): () => void {
    if (this.#all >= this.#most) throw new StorageError('tooMany', `${this.#most} opens`);
    const user = `user ${userKey(principal)}`;
    const address = `client ${client}`;
    this.#check(user, Math.ceil(this.#most / 4));
    this.#check(address, Math.ceil(this.#most / 2));
    this.#count(user, 1);
    this.#count(address, 1);
    this.#all += 1;
    let taken = true;
    return () => {
      if (!taken) return;
      taken = false;
      this.#count(user, -1);
      this.#count(address, -1);
      this.#all -= 1;
    };
  }

  #check(who: string, most: number): void {
    if ((this.#held.get(who) ?? 0) >= most) throw new StorageError('tooMany', `${most} opens of ${who}`);
  }

  #count(who: string, change: number): void {
    const held = (this.#held.get(who) ?? 0) + change;
    if (held === 0) this.#held.delete(who);
    else this.#held.set(who, held);
  }
}

function userKey({ userId, tenant, uid }: Principal): string {
  return userId ?? `${tenant}:${uid}`;
}
