import { StorageError } from '../../spi/index.ts';
import type { RegistryState, RegistryStore } from './state.ts';
import { emptyRegistry } from './state.ts';

/** What an update makes of the state, and what it tells its caller. */
export interface Updated<T> {
  readonly state: RegistryState;
  readonly result: T;
}

/**
 * Tenants, users and shares as of now. Updates come one after another; each is saved before anybody sees it,
 * so that what was seen is there after a crash.
 */
export class Registry {
  readonly #store: RegistryStore;
  readonly #listeners: ((state: RegistryState) => void)[] = [];
  #state: RegistryState;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(store: RegistryStore, state: RegistryState) {
    this.#store = store;
    this.#state = state;
  }

  static async open(store: RegistryStore): Promise<Registry> {
    const state = await store.load();
    if (state !== undefined && state.version !== 1) {
      throw new StorageError('corrupt', `registry version ${String(state.version)} is not known`);
    }
    return new Registry(store, state ?? emptyRegistry);
  }

  get state(): RegistryState {
    return this.#state;
  }

  /** Calls now and after each update, before the update's caller hears of it. */
  watch(listener: (state: RegistryState) => void): void {
    this.#listeners.push(listener);
    listener(this.#state);
  }

  /** Rejects with what `change` or the store rejects with; nothing has changed then. */
  async update<T>(change: (state: RegistryState) => Updated<T> | Promise<Updated<T>>): Promise<T> {
    const turn = this.#last.then(async () => {
      const { state, result } = await change(this.#state);
      if (state !== this.#state) {
        await this.#store.save(state);
        this.#state = state;
        for (const listener of this.#listeners) listener(state);
      }
      return result;
    });
    // The next update follows also a failed one; whoever asked for that one is told.
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
