/** A digest, a version, or `absent`: what a place holds. */
export type Value = string;

export const absent: Value = 'absent';
export const directory: Value = 'directory';

/** Any content, but not none: a write that goes in pieces was asked for, and nothing says how many of them were done. */
export const partly: Value = 'partly written';

/** One change of a place that was asked for. Each ends by exactly one of these, or stays open when nobody ever answers. */
export interface Attempt {
  readonly value: Value;
  /** Acknowledged for good: nothing older may be seen again. */
  stable(): void;
  /** Acknowledged, and may be lost until something else makes it stable. */
  unstable(): void;
  /** Answered that it was not done, and will not be. */
  refused(): void;
  /** Not answered, or answered so that it may have been done or not. */
  unknown(): void;
}

interface Open {
  readonly number: number;
  readonly value: Value;
}

/** What a reader may see that started some time ago: what was allowed then, and what was begun since. */
export interface Reading {
  /** Ends the reading: whether these answers were right at some moment since it was begun. */
  sees(value: Value): boolean;
}

/**
 * A place with a content: a name of the share, or a block of a file. It knows what its one writer was told about each change, and so
 * what may be found there: the last stable content, or anything that was asked for after it.
 */
export class Place {
  readonly label: string;
  #certain: Value;
  #next = 1;
  #wasDirectory = false;
  /** Asked for after what is certain, and not refused. */
  readonly #open = new Map<number, Open>();
  readonly #readings = new Set<Set<Value>>();

  constructor(label: string, value: Value = absent) {
    this.label = label;
    this.#certain = value;
  }

  /** The last content that was acknowledged as stable. */
  get certain(): Value {
    return this.#certain;
  }

  /** Nothing is under way or in doubt. */
  get settled(): boolean {
    return this.#open.size === 0;
  }

  /** Before the change is sent. */
  begin(value: Value): Attempt {
    const number = this.#next++;
    if (value === directory) this.#wasDirectory = true;
    this.#open.set(number, { number, value });
    for (const seen of this.#readings) seen.add(value);
    return {
      value,
      stable: () => this.#stable(number, value),
      unstable: () => undefined,
      refused: () => void this.#open.delete(number),
      unknown: () => undefined,
    };
  }

  allowed(): ReadonlySet<Value> {
    return new Set([this.#certain, ...[...this.#open.values()].map(({ value }) => value)]);
  }

  get isDirectory(): boolean {
    return this.#wasDirectory;
  }

  /** Whether this may be found now that nothing is under way. */
  accepts(value: Value): boolean {
    return accepted(this.allowed(), value);
  }

  /** A read that is about to be sent. */
  read(): Reading {
    const seen = new Set(this.allowed());
    this.#readings.add(seen);
    return {
      sees: (value) => {
        this.#readings.delete(seen);
        return accepted(seen, value);
      },
    };
  }

  #stable(number: number, value: Value): void {
    // What was asked for later may be there as well; an older one is over.
    for (const older of [...this.#open.keys()].filter((each) => each <= number)) this.#open.delete(older);
    this.#certain = value;
  }
}

function accepted(allowed: ReadonlySet<Value>, value: Value): boolean {
  return allowed.has(value) || (allowed.has(partly) && value !== absent);
}
