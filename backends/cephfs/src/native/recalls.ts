import type { Client } from './client.ts';
import type { FhPointer } from './mount-api.ts';
import { isErrno } from './storage-error.ts';

const none = 0;
const commands = { read: 1, write: 2 } as const;

/** Delegations of one client: Ceph calls one function of ours for all of them, which tells whose it is by the open file. */
export class Recalls {
  readonly #client: Client;
  readonly #recalled = new Map<FhPointer, () => void>();
  #callback: bigint | undefined;

  constructor(client: Client) {
    this.#client = client;
  }

  /** `undefined` when somebody else's use of the file is in the way (EAGAIN), or has been until now. */
  async delegate(
    fh: FhPointer,
    kind: 'read' | 'write',
    recalled: () => void,
  ): Promise<{ release(): Promise<void> } | undefined> {
    this.#callback ??= this.#client.library.registerRecall((of) => this.#take(of));
    this.#recalled.set(fh, recalled);
    try {
      await this.#client.call('metadata', 'ceph_ll_delegation', [fh, commands[kind], this.#callback, null]);
    } catch (error) {
      this.#recalled.delete(fh);
      if (isErrno(error, 'EAGAIN')) return undefined;
      throw error;
    }
    return {
      release: async () => {
        this.#recalled.delete(fh);
        // Opens that wait for it may hold all places of the gate.
        await this.#client.aside('ceph_ll_delegation', [fh, none, this.#callback, null]);
      },
    };
  }

  /** After the client's end: nobody calls the function any more. */
  close(): void {
    if (this.#callback !== undefined) this.#client.library.unregister(this.#callback);
    this.#callback = undefined;
    this.#recalled.clear();
  }

  #take(fh: bigint): void {
    const recalled = this.#recalled.get(fh);
    this.#recalled.delete(fh);
    recalled?.();
  }
}
