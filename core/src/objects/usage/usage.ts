import type { MountedShare } from '../../namespace/mounts.ts';
import type { Caller, ShareId, ShareUsage } from '../../service/index.ts';
import { Walker } from '../list/walker.ts';
import type { ObjectParts } from '../parts.ts';
import { Places } from '../record/places.ts';
import { attributesNow } from '../../namespace/look.ts';

/** Milliseconds: a count that takes no longer is made anew each time. */
const quick = 20;
/** A longer one is good for so many times as long as it took: counting takes a twentieth of the time at most. */
const rest = 20;
/** Milliseconds that anybody waits for a count. */
const patience = 2000;
/** Shares that are counted at once. */
const atOnce = 4;
/** Keys that are read and counted before others get their turn: about a third of a millisecond, since a request of another door may take many turns. */
const perTurn = 32;

interface Count {
  objects: number;
  bytes: number;
}

interface Counting {
  readonly running: Count;
  readonly done: Promise<Count>;
}

/** What shares hold, counted when somebody asks. */
export class Usage {
  readonly #parts: Pick<ObjectParts, 'clock' | 'mounts' | 'lists'>;
  readonly #places = new Places(atOnce);
  readonly #counting = new Map<ShareId, Counting>();
  /** Bounded by the number of shares on this head. */
  readonly #known = new Map<ShareId, { readonly count: Count; readonly at: number; readonly until: number }>();

  constructor(parts: Pick<ObjectParts, 'clock' | 'mounts' | 'lists'>) {
    this.#parts = parts;
  }

  async of(share: ShareId, maximumAge = 0): Promise<ShareUsage> {
    const { clock, mounts } = this.#parts;
    const mount = mounts.get(share);
    const known = this.#known.get(share);
    const now = clock.monotonic();
    if (known !== undefined && (now < known.until || now - known.at < maximumAge)) return { ...known.count };
    let counting = this.#counting.get(share);
    if (counting === undefined) {
      counting = this.#start(mount);
      this.#counting.set(share, counting);
    }
    const { done, running } = counting;
    // Who has an answer gets that one, while a new one is found out.
    let timer: { cancel(): void } | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = clock.after(known === undefined ? patience : quick, () => resolve(undefined));
    });
    const counted = await Promise.race([done, late]);
    timer?.cancel();
    return { ...(counted ?? known?.count ?? running) };
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
    const { clock } = this.#parts;
    const since = clock.monotonic();
    await this.#count(mount, count);
    const now = clock.monotonic();
    const took = now - since;
    this.#known.set(mount.share.id, { count, at: now, until: took <= quick ? 0 : now + took * rest });
    return count;
  }

  async #count(mount: MountedShare, count: Count): Promise<void> {
    const { lists } = this.#parts;
    const caller = counter(mount);
    // A directory that is not listed in order may have to be read anew for each page.
    const wanted = (): number => (mount.volume.traits.orderedListing ? perTurn : Infinity);
    const walker = new Walker({ lists, mount, caller, wanted }, '', { at: 'from', text: '' });
    await walker.begin(await attributesNow(mount.volume, caller, mount.share.root), '');
    for (let walked = await walker.next(); walked !== undefined; walked = await walker.next()) {
      count.objects += 1;
      if (walked.attributes.type === 'file') count.bytes += walked.attributes.size;
      if (count.objects % perTurn === 0) await new Promise(setImmediate);
    }
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
