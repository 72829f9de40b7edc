import { foldText } from '@polynas/core/service';

/** Matches any run of characters up to the last `.` of the name (MS-FSA 2.1.4.4). */
const DOS_STAR = '<';
/** Matches one character, or none at the name's end or before a `.`. */
const DOS_QM = '>';
/** Matches a `.`, or nothing at the name's end. */
const DOS_DOT = '"';

/** Whether a search expression has a wildcard; without one it names one file. */
export function hasWildcards(expression: string): boolean {
  return /[*?<>"]/.test(expression);
}

/**
 * A search expression of QUERY_DIRECTORY (MS-FSA 2.1.4.4), compared without case, as names are (`foldText`).
 *
 * Matching keeps the set of places in the expression that the name read so far can have reached, so that its time is bounded by
 * the product of both lengths whatever the expression is.
 */
export class SearchExpression {
  private readonly pattern: string;
  private readonly everything: boolean;
  /** Places reached before and after a character; kept, since a listing asks for many names. */
  private readonly places: readonly [Uint8Array, Uint8Array];

  constructor(expression: string) {
    this.pattern = foldText(expression);
    this.everything = expression === '*' || expression === '';
    this.places = [new Uint8Array(this.pattern.length + 1), new Uint8Array(this.pattern.length + 1)];
  }

  matches(name: string): boolean {
    if (this.everything) return true;
    const { pattern } = this;
    const folded = foldText(name);
    const lastDot = folded.lastIndexOf('.');
    let [reached, next] = this.places;
    reached.fill(0);
    reached[0] = 1;
    this.passEmpty(reached, folded, 0);
    for (let at = 0; at < folded.length; at++) {
      next.fill(0);
      let alive = false;
      for (let place = 0; place < pattern.length; place++) {
        if (reached[place] === 0) continue;
        const to = step(pattern[place]!, place, folded[at]!, at, lastDot);
        if (to === undefined) continue;
        next[to] = 1;
        alive = true;
      }
      if (!alive) return false;
      this.passEmpty(next, folded, at + 1);
      [reached, next] = [next, reached];
    }
    return reached[pattern.length] === 1;
  }

  /** Adds the places that are reached without a character: behind stars, and behind DOS_QM and DOS_DOT where they may be empty. */
  private passEmpty(reached: Uint8Array, folded: string, at: number): void {
    const { pattern } = this;
    const atEnd = at === folded.length;
    for (let place = 0; place < pattern.length; place++) {
      if (reached[place] === 0) continue;
      const c = pattern[place]!;
      const empty =
        c === '*' || c === DOS_STAR || (c === DOS_QM && (atEnd || folded[at] === '.')) || (c === DOS_DOT && atEnd);
      if (empty) reached[place + 1] = 1;
    }
  }
}

/** Where the expression stands after `c` of the name at `at`; `undefined` when `place` does not take it. */
function step(wild: string, place: number, c: string, at: number, lastDot: number): number | undefined {
  if (wild === '*') return place;
  if (wild === '?') return place + 1;
  // It takes everything but the last dot; the rest of the expression has to.
  if (wild === DOS_STAR) return at === lastDot ? undefined : place;
  if (wild === DOS_QM) return c === '.' ? undefined : place + 1;
  if (wild === DOS_DOT) return c === '.' ? place + 1 : undefined;
  return wild === c ? place + 1 : undefined;
}
