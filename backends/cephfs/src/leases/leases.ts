import type { Subscription } from 'rxjs';
import { StorageError } from '@polynas/core/spi';
import type { Call, FileId, LeasesGroup } from '@polynas/core/spi';
import type { HeldFh, VolumeContext } from '../context.ts';
import { getattr } from '../tree/getattr.ts';

type Kind = 'read' | 'write';

interface Delegation {
  readonly kind: Kind;
  readonly held: HeldFh;
  readonly release: () => Promise<void>;
  recalled: boolean;
}

/** A file that leases are asked for: all of this head share one delegation. */
class LeasedFile {
  delegation: Delegation | undefined = undefined;
  /** Who is told of the recall. */
  readonly holders = new Set<() => void>();
  /** One call at a time. */
  turn: Promise<unknown> = Promise.resolve();
  users = 0;
}

/**
 * CephFS's delegations: while one is held, no other client writes (`read`) or so much as opens (`write`) the file before it was recalled and given back. Neither does
 * this process through another open file. Who does not give it back in time is unmounted by libcephfs.
 */
export class Leases implements LeasesGroup {
  readonly #context: VolumeContext;
  readonly #files = new Map<FileId, LeasedFile>();
  /** While a delegation is held. */
  #watching: Subscription | undefined;

  constructor(context: VolumeContext) {
    this.#context = context;
  }

  acquire(call: Call, id: FileId, kind: Kind, recalled: () => void): Promise<{ release(): Promise<void> } | undefined> {
    return this.#context.life.runWhileWanted(call, () =>
      this.#inTurn(id, async (file) => {
        const delegation = (file.delegation ??= await this.#delegate(call, id, kind, file));
        this.#watching ??= this.#context.mounts.status().subscribe(() => this.#recallLost());
        if (delegation === undefined || !serves(delegation, kind)) return undefined;
        // A holder of its own, however often the same function is given.
        const holder = (): void => recalled();
        file.holders.add(holder);
        return { release: () => this.#release(id, holder) };
      }),
    );
  }

  async #delegate(call: Call, id: FileId, kind: Kind, file: LeasedFile): Promise<Delegation | undefined> {
    const { type } = await getattr(this.#context, call, id);
    if (type !== 'file') throw new StorageError(type === 'directory' ? 'isDirectory' : 'wrongType');
    const held = await this.#context.opens.hold(call, id, kind);
    try {
      const recall = (): void => {
        if (file.delegation !== undefined) file.delegation.recalled = true;
        for (const holder of [...file.holders]) holder();
      };
      const granted = await held.mount.delegate(held.fh, kind, recall);
      if (granted !== undefined) return { kind, held, release: () => granted.release(), recalled: false };
    } catch (error) {
      held.leave();
      throw this.#context.mounts.failed(held.mount, error);
    }
    held.leave();
    return undefined;
  }

  /** Delegations end with their client, and those of an evicted one are not recalled. */
  #recallLost(): void {
    for (const { delegation, holders } of this.#files.values()) {
      if (delegation === undefined || delegation.recalled || delegation.held.mount.alive) continue;
      delegation.recalled = true;
      for (const holder of [...holders]) holder();
    }
  }

  #release(id: FileId, holder: () => void): Promise<void> {
    return this.#inTurn(id, async (file) => {
      file.holders.delete(holder);
      const { delegation } = file;
      if (file.holders.size > 0 || delegation === undefined) return;
      file.delegation = undefined;
      const { mount, leave } = delegation.held;
      try {
        // That of an evicted client ended with it.
        if (mount.alive) await delegation.release();
      } catch (error) {
        throw this.#context.mounts.failed(mount, error);
      } finally {
        leave();
      }
    });
  }

  async #inTurn<T>(id: FileId, work: (file: LeasedFile) => Promise<T>): Promise<T> {
    let file = this.#files.get(id);
    if (file === undefined) this.#files.set(id, (file = new LeasedFile()));
    const taken = file;
    taken.users += 1;
    const turn = taken.turn.then(() => work(taken));
    taken.turn = turn.catch(() => undefined);
    try {
      return await turn;
    } finally {
      taken.users -= 1;
      if (taken.users === 0 && taken.delegation === undefined) this.#files.delete(id);
      if (this.#files.size === 0) {
        this.#watching?.unsubscribe();
        this.#watching = undefined;
      }
    }
  }
}

/** A reader's delegation is not made a writer's: whoever asks is refused, as if another client were in the way. */
function serves({ kind, recalled, held }: Delegation, wanted: Kind): boolean {
  return !recalled && held.mount.alive && (kind === 'write' || wanted === 'read');
}
