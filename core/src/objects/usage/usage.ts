import type { MountedShare } from '../../namespace/mounts.ts';
import type { Caller, ShareId, ShareUsage } from '../../service/index.ts';
import type { ObjectParts } from '../parts.ts';
import { Places } from '../record/places.ts';
import type { Count } from './count.ts';
import { countKeys } from './count.ts';
import { Pace } from './pace.ts';

/** Milliseconds: a count that takes no longer is made anew when something has changed. */
const quick = 20;
/** After a longer one there is none for so many times as long as it took: counting takes a hundredth of the time at most, whatever changes. */
const rest = 100;
/** One that nothing has changed since is good for so many times as long, and this many milliseconds at least. For ever, were it not for a change whose answer got lost. */
const restUnchanged = 1000;
const leastUnchanged = 60_000;
/** Milliseconds that anybody waits for the first count, and who would be content with an old one. */
const patience = 2000;
const littlePatience = 200;
/** Shares that are counted at once. */
const atOnce = 4;

interface Known {
  readonly count: Count;
  /** When it was there. */
  readonly at: number;
  /** Milliseconds of work. */
  readonly took: number;
  /** Of the share, when it began. */
  readonly changes: number;
}

interface Counting {
  readonly running: Count;
  readonly done: Promise<Count>;
}

type Parts = Pick<ObjectParts, 'clock' | 'mounts' | 'events'>;

/** What shares hold, counted when somebody asks. */
export class Usage {
  readonly #parts: Parts;
  readonly #places = new Places(atOnce);
  readonly #counting = new Map<ShareId, Counting>();
  /** Of the shares that there are: {@link keepOnly}. */
  readonly #known = new Map<ShareId, Known>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async of(share: ShareId, maximumAge = 0): Promise<ShareUsage> {
    const { clock, mounts } = this.#parts;
    const mount = mounts.get(share);
    const known = this.#known.get(share);
    if (known !== undefined && this.#isGood(mount, known, maximumAge)) return { ...known.count };
    let counting = this.#counting.get(share);
    if (counting === undefined) {
      counting = this.#start(mount);
      this.#counting.set(share, counting);
    }
    // Who has an answer gets that one, while a new one is found out.
    const counted = await within(clock, patienceOf(known, maximumAge), counting.done);
    if (counted !== undefined) return { ...counted };
    return known === undefined ? await this.#guess(mount, counting.running) : { ...known.count };
  }

  /** Forgets what was counted of all other shares: their ids are never used again. */
  keepOnly(shares: ReadonlySet<ShareId>): void {
    for (const share of this.#known.keys()) if (!shares.has(share)) this.#known.delete(share);
  }

  #isGood({ share, volume }: MountedShare, { at, took, changes }: Known, maximumAge: number): boolean {
    const age = this.#parts.clock.monotonic() - at;
    // Where others write too nobody tells of all changes.
    const isUnchanged = volume.traits.writers === 'head' && this.#parts.events.changesOf(share.id) === changes;
    if (isUnchanged && age < Math.max(leastUnchanged, took * restUnchanged)) return true;
    return age < maximumAge || (took > quick && age < took * rest);
  }

  #start(mount: MountedShare): Counting {
    const running: Count = { objects: 0, bytes: 0 };
    const done = this.#places
      .run(() => this.#measure(mount, running))
      .finally(() => this.#counting.delete(mount.share.id));
    // Who waits meets its failure; nobody may.
    done.catch(() => undefined);
    return { running, done };
  }

  async #measure(mount: MountedShare, count: Count): Promise<Count> {
    const { clock, events } = this.#parts;
    const { id } = mount.share;
    const changes = events.changesOf(id);
    const pace = new Pace(clock, quick);
    await countKeys({ mount, caller: counter(mount), count, rest: () => pace.rest() });
    this.#known.set(id, { count, at: clock.monotonic(), took: pace.worked, changes });
    return count;
  }

  /** What there was so far, or what the backend keeps count of, if it does: everything below the directory, our own as well. */
  async #guess(mount: MountedShare, running: Count): Promise<ShareUsage> {
    const { volume, share } = mount;
    const told = await volume.quota?.get(counter(mount), share.root);
    return {
      objects: Math.max(running.objects, told?.usedFiles ?? 0),
      bytes: Math.max(running.bytes, told?.usedBytes ?? 0),
    };
  }
}

function patienceOf(known: Known | undefined, maximumAge: number): number {
  if (known !== undefined) return quick;
  return maximumAge > 0 ? littlePatience : patience;
}

/** `undefined` where it takes longer. */
async function within<T>(clock: Parts['clock'], milliseconds: number, work: Promise<T>): Promise<T | undefined> {
  let timer: { cancel(): void } | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = clock.after(milliseconds, () => resolve(undefined));
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    timer?.cancel();
  }
}

function counter({ share }: MountedShare): Caller {
  return {
    principal: { name: 'usage', tenant: share.tenant, uid: 0, gid: 0, groups: [], superuser: true },
    door: 'internal',
    client: 'usage',
    patience: 'wait',
    stateless: false,
    readOnly: true,
  };
}
