import type { Parts } from '../parts.ts';
import { finish, holding } from './lifetime.ts';
import { syncFile } from './sync.ts';

/** Flushes files that nobody has written to for a while, so that neither bytes nor a dirty mark wait for ever. */
export class Flusher {
  readonly #parts: Parts;
  readonly #idleMilliseconds: number;
  readonly #timer: NodeJS.Timeout;
  #sweeping: Promise<void> | undefined;

  constructor(parts: Parts, idleMilliseconds: number) {
    this.#parts = parts;
    this.#idleMilliseconds = idleMilliseconds;
    this.#timer = setInterval(() => this.sweep(), Math.max(10, idleMilliseconds / 4));
    this.#timer.unref();
  }

  sweep(): void {
    this.#sweeping ??= this.#parts.activity
      .during(() => this.#flush(this.#idleMilliseconds))
      .finally(() => {
        this.#sweeping = undefined;
      });
  }

  /** Flushes everything that is dirty. Rejects when something cannot be flushed. */
  async flushAll(): Promise<void> {
    await this.#sweeping;
    for (const file of this.#parts.files.all()) {
      await file.marking?.catch(() => undefined);
      if (file.dirty) await holding(this.#parts, file.id, (held) => syncFile(this.#parts, held));
    }
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#sweeping;
  }

  async #flush(idle: number): Promise<void> {
    const now = performance.now();
    const due = [...this.#parts.files.all()].filter(
      (file) => (file.dirty && now - file.lastChange >= idle) || (file.orphan && file.holders === 0),
    );
    for (const file of due) await finish(this.#parts, file);
  }
}
