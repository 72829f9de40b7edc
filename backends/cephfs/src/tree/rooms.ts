/** What is left to its next user; calling it twice is a fault of the caller. */
export type Leave = () => void;

interface Place {
  /** `undefined`: one alone. */
  kind: string | undefined;
  inside: number;
  /** Who has entered, ever: by it one knows whether others came meanwhile. */
  entered: number;
  readonly waiting: { readonly kind: string | undefined; readonly enter: () => void }[];
  /** Who waits for those that had entered by then. */
  watching: Watch[];
}

interface Watch {
  readonly entered: number;
  /** How many of them are still inside. */
  inside: number;
  readonly resolve: () => void;
}

/** Tells whoever is inside about the others of the same kind. */
export interface Stay {
  readonly leave: Leave;
  /** Nobody else has been inside since this one entered. */
  readonly alone: () => boolean;
}

/**
 * Locks by key, first come first served: any number of users of one kind are inside at once, users of different kinds never; a user
 * without a kind is alone. Keys that nobody uses take no room.
 */
export class Rooms<Key> {
  readonly #places = new Map<Key, Place>();

  /** Inside at once where that is possible: then the answer is no promise. */
  enter(key: Key, kind?: string): Stay | Promise<Stay> {
    let place = this.#places.get(key);
    if (place === undefined) {
      place = { kind, inside: 0, entered: 0, waiting: [], watching: [] };
      this.#places.set(key, place);
    }
    const found = place;
    if (mayEnter(found, kind)) return this.#entered(key, found, kind);
    return new Promise((resolve) => {
      found.waiting.push({ kind, enter: () => resolve(this.#entered(key, found, kind)) });
    });
  }

  /** Resolves when all of this kind who are inside now have left; `undefined` when nobody is. Whoever enters meanwhile is none of them. */
  left(key: Key, kind: string): Promise<void> | undefined {
    const place = this.#places.get(key);
    if (place === undefined || place.inside === 0 || place.kind !== kind) return undefined;
    const { inside, entered, watching } = place;
    return new Promise((resolve) => watching.push({ entered, inside, resolve }));
  }

  /** Keys in use. */
  get size(): number {
    return this.#places.size;
  }

  #entered(key: Key, place: Place, kind: string | undefined): Stay {
    const first = place.inside === 0;
    place.kind = kind;
    place.inside += 1;
    place.entered += 1;
    const { entered } = place;
    return { leave: () => this.#leave(key, place, entered), alone: () => first && place.entered === entered };
  }

  #leave(key: Key, place: Place, entered: number): void {
    place.inside -= 1;
    if (place.watching.length > 0) place.watching = place.watching.filter((watch) => stillWaits(watch, entered));
    for (let next = place.waiting[0]; next !== undefined; next = place.waiting[0]) {
      if (place.inside > 0 && (next.kind === undefined || next.kind !== place.kind)) break;
      place.waiting.shift();
      next.enter();
    }
    if (place.inside === 0) this.#places.delete(key);
  }
}

/** One has left who entered as that one. */
function stillWaits(watch: Watch, entered: number): boolean {
  if (entered <= watch.entered) watch.inside -= 1;
  if (watch.inside === 0) watch.resolve();
  return watch.inside > 0;
}

function mayEnter({ kind: present, inside, waiting }: Place, kind: string | undefined): boolean {
  if (waiting.length > 0) return false;
  return inside === 0 || (kind !== undefined && kind === present);
}
