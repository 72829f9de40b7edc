import { StorageError } from '@polynas/core/spi';
import type { Call } from '@polynas/core/spi';
import { longestTimer } from '../longest-timer.ts';

/** What waits for a place; `gone` when nobody wants it any more. */
interface Waiting {
  readonly issue: () => void;
  readonly refuse: (error: StorageError) => void;
  gone: boolean;
}

/**
 * Bounds the calls of libcephfs that are under way in this process. Each of them holds one thread of libuv's pool for as long as the cluster
 * takes (for ever, when it hangs), and files, name look-ups and cryptography of the whole process need threads of the same pool: so the gate is smaller than the pool.
 */
export class Gate {
  readonly size: number;
  #running = 0;
  #lanes: Lane[] = [];

  constructor(size: number) {
    this.size = size;
  }

  get running(): number {
    return this.#running;
  }

  /** A lane is what may hang by itself: the metadata of a volume, its data. Until its `close`. */
  lane(): Lane {
    const lane: Lane = new Lane({
      admits: () => this.#running + this.#keptFrom(lane) < this.size,
      entered: () => (this.#running += 1),
      left: () => {
        this.#running -= 1;
        this.#advance();
      },
      closed: () => {
        this.#lanes = this.#lanes.filter((other) => other !== lane);
        this.#advance();
      },
    });
    this.#lanes.push(lane);
    return lane;
  }

  /** Places that stay free for the other lanes: each has a few for itself, whatever hangs, unless there are too many lanes for that. */
  #keptFrom(lane: Lane): number {
    const lanes = this.#lanes.length;
    if (lanes === 1) return 0;
    const each = lanes > this.size / 2 ? 0 : Math.max(1, Math.floor(this.size / (3 * lanes)));
    return this.#lanes.reduce((sum, other) => (other === lane ? sum : sum + Math.max(0, each - other.running)), 0);
  }

  /** Lanes that wait take turns. */
  #advance(): void {
    for (let refused = 0; refused < this.#lanes.length && this.#running < this.size;) {
      const lane = this.#lanes.shift();
      if (lane === undefined) return;
      this.#lanes.push(lane);
      refused = lane.next() ? 0 : refused + 1;
    }
  }
}

interface Places {
  admits(): boolean;
  entered(): void;
  left(): void;
  closed(): void;
}

export class Lane {
  readonly #places: Places;
  #queue: Waiting[] = [];
  #running = 0;
  #closed = false;

  constructor(places: Places) {
    this.#places = places;
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#queue.length;
  }

  /**
   * Runs `issue` when there is a place; when what it started has settled, `leave` has to be called once. With `call`, the wait (never what was
   * issued) ends with its signal or deadline: then `refuse`, and nothing was done.
   */
  enter(issue: () => void, refuse: (error: StorageError) => void, call?: Call): void {
    const refused = refusal(call);
    if (refused !== undefined) refuse(refused);
    else if (this.#closed) refuse(closed());
    else if (this.#queue.length === 0 && this.#places.admits()) this.#admit(issue);
    else if (call?.signal === undefined && call?.deadline === undefined)
      this.#queue.push({ issue, refuse, gone: false });
    else this.#waitWithin(call, issue, refuse);
  }

  leave(): void {
    this.#running -= 1;
    this.#places.left();
  }

  /** For the gate: the next one that waits, if there is one and a place. */
  next(): boolean {
    while (this.#queue[0]?.gone === true) this.#queue.shift();
    if (this.#queue.length === 0 || !this.#places.admits()) return false;
    const waiting = this.#queue.shift();
    if (waiting !== undefined) this.#admit(waiting.issue);
    return waiting !== undefined;
  }

  /** It is no longer counted among those that share the gate; who waits, or comes later, is refused. What is under way goes on. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const waiting of this.#queue.splice(0)) if (!waiting.gone) waiting.refuse(closed());
    this.#places.closed();
  }

  #admit(issue: () => void): void {
    this.#running += 1;
    this.#places.entered();
    issue();
  }

  #waitWithin(call: Call, issue: () => void, refuse: (error: StorageError) => void): void {
    const waiting: Waiting = {
      issue: () => {
        forget();
        issue();
      },
      refuse: (error) => {
        forget();
        refuse(error);
      },
      gone: false,
    };
    const forget = whenUnwanted(call, (error) => {
      waiting.gone = true;
      this.#queue = this.#queue.filter((other) => other !== waiting);
      refuse(error);
    });
    this.#queue.push(waiting);
  }
}

/** Tells once, when nobody waits for the call any more or its deadline passes (`aborted`, `timedOut`); not after what it gives was called. */
export function whenUnwanted({ signal, deadline }: Call, tell: (error: StorageError) => void): () => void {
  const forget = (): void => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', end);
  };
  const end = (): void => {
    forget();
    tell(signal?.aborted === true ? aborted() : timedOut());
  };
  const left = deadline === undefined ? Infinity : Math.max(0, deadline - performance.now());
  const timer = left > longestTimer ? undefined : setTimeout(end, left);
  signal?.addEventListener('abort', end, { once: true });
  return forget;
}

function refusal(call: Call | undefined): StorageError | undefined {
  if (call?.signal?.aborted === true) return aborted();
  return call?.deadline !== undefined && performance.now() >= call.deadline ? timedOut() : undefined;
}

function aborted(): StorageError {
  return new StorageError('aborted', 'nobody waits for it any more; the cluster was not asked');
}

function closed(): StorageError {
  return new StorageError('unavailable', 'the volume is closed');
}

function timedOut(): StorageError {
  return new StorageError('timedOut', 'the deadline passed before the cluster was asked');
}
