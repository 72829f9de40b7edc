import { setTimeout as sleep } from 'node:timers/promises';
import { kindOf } from './answers.ts';
import type { Journal } from './journal.ts';
import { partly, type Attempt, type Place, type Value } from './place.ts';

interface Closable {
  close(): void;
}

/** How long a client waits before it asks again. */
const againMilliseconds = 50;

/** The run is over, before what was under way was answered. */
class Stopped extends Error {}

/**
 * One client that works without pause, one step after another, through a connection that is made anew when it broke. Nothing waits for
 * an answer with a limit: a client that hangs shows by its count.
 */
export abstract class Lane<Client extends Closable> {
  readonly name: string;
  /** What was answered or happened instead, and how often. */
  readonly failures = new Map<string, number>();
  protected readonly journal: Journal;
  readonly #connect: () => Promise<Client>;
  #acknowledged = 0;
  #last = 0;
  #longestPause = 0;
  #client: Client | undefined;
  #stopped = false;
  #done: Promise<void> | undefined;

  constructor(name: string, journal: Journal, connect: () => Promise<Client>) {
    this.name = name;
    this.journal = journal;
    this.#connect = connect;
  }

  /** Changes that were acknowledged, reads that were answered. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** Milliseconds: the longest that nothing was acknowledged. */
  get longestPause(): number {
    return this.#longestPause;
  }

  /** One piece of work; numbers go up. Rejected when it could not be done as a whole. */
  protected abstract step(client: Client, number: number): Promise<void>;

  /** After a connection was made. */
  protected connected(_client: Client): Promise<void> {
    return Promise.resolve();
  }

  start(): void {
    this.#last = performance.now();
    this.#done = this.#loop();
  }

  /** After its present step. Rejected when that is not over within a minute. */
  async stop(): Promise<void> {
    this.#stopped = true;
    const patience = sleep(60_000, 'hangs', { ref: false });
    const outcome = await Promise.race([this.#done, patience]);
    this.#client?.close();
    this.#client = undefined;
    if (outcome === 'hangs') throw new Error(`${this.name}: a call was not answered within a minute`);
  }

  /**
   * Sends one change and writes down what was answered: `certain` for changes that are stable when answered. What is refused for now is
   * asked for again.
   */
  protected async change(
    places: readonly (readonly [Place, Value])[],
    call: () => Promise<unknown>,
    certain = true,
  ): Promise<readonly Attempt[]> {
    for (;;) {
      const attempts = places.map(([place, value]) => place.begin(value));
      try {
        await call();
        for (const attempt of attempts) attempt[certain ? 'stable' : 'unstable']();
        this.answered();
        return attempts;
      } catch (error) {
        const kind = this.note(error);
        for (const attempt of attempts) attempt[kind === 'refused' ? 'refused' : 'unknown']();
        if (kind !== 'refused') throw error;
        if (this.#stopped) throw new Stopped('stopped while it was told to ask again', { cause: error });
        await sleep(againMilliseconds);
      }
    }
  }

  /** Like {@link change} for content that is written in place: until it is acknowledged, any part of it may be there. */
  protected overwrite(place: Place, value: Value, call: () => Promise<unknown>): Promise<readonly Attempt[]> {
    return this.change(
      [
        [place, partly],
        [place, value],
      ],
      call,
    );
  }

  /** A change was acknowledged, or a read was answered. */
  protected answered(): void {
    const now = performance.now();
    this.#longestPause = Math.max(this.#longestPause, now - this.#last);
    this.#last = now;
    this.#acknowledged += 1;
  }

  /** Counts what a call failed with, and tells its kind. */
  protected note(error: unknown): ReturnType<typeof kindOf> {
    const kind = kindOf(error);
    // Names and numbers differ from call to call.
    const text = `${kind}: ${String(error)
      .replaceAll(/[\w/.-]*\d[\w/.-]*\/[\w/.-]*|[a-z0-9]+-\d+[\w/.-]*/g, '…')
      .slice(0, 200)}`;
    this.failures.set(text, (this.failures.get(text) ?? 0) + 1);
    if (kind === 'wrong') this.journal.fault(`${this.name}: ${String(error)}`);
    return kind;
  }

  async #loop(): Promise<void> {
    for (let number = 0; !this.#stopped; number += 1) {
      try {
        if (this.#client === undefined) {
          this.#client = await this.#connect();
          await this.connected(this.#client);
        }
        await this.step(this.#client, number);
      } catch (error) {
        if (error instanceof Stopped) return;
        if (kindOf(error) === 'lost') {
          this.note(error);
          this.#client?.close();
          this.#client = undefined;
        }
        await sleep(againMilliseconds);
      }
    }
  }
}
