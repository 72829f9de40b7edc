import type { LockMode, LockRange } from '../service/index.ts';

/** Bytes that are locked alike, whoever of us has locked them. */
export interface LockedSpan extends LockRange {
  readonly mode: LockMode;
}

/** What a backend is to do to a range. */
export interface CoverageStep extends LockRange {
  readonly kind: LockMode | 'unlock';
}

/** What many locks come to, for somebody who does not tell their owners apart: the stronger mode where several lie. In order, without gaps that could be closed. */
export function coverageOf(locks: readonly { readonly range: LockRange; readonly mode: LockMode }[]): LockedSpan[] {
  const marks = new Map<bigint, { exclusive: number; shared: number }>();
  const mark = (at: bigint, mode: LockMode, change: number): void => {
    const counts = marks.get(at) ?? { exclusive: 0, shared: 0 };
    counts[mode] += change;
    marks.set(at, counts);
  };
  for (const { range, mode } of locks) {
    // A lock of no bytes keeps nobody of another client out.
    if (range.end < range.start) continue;
    mark(range.start, mode, 1);
    mark(range.end + 1n, mode, -1);
  }
  const spans: LockedSpan[] = [];
  let [exclusive, shared] = [0, 0];
  const places = [...marks.keys()].sort((a, b) => (a < b ? -1 : 1));
  for (const [index, start] of places.entries()) {
    const counts = marks.get(start)!;
    exclusive += counts.exclusive;
    shared += counts.shared;
    const end = places[index + 1];
    if (end === undefined || exclusive + shared === 0) continue;
    append(spans, { start, end: end - 1n, mode: exclusive > 0 ? 'exclusive' : 'shared' });
  }
  return spans;
}

/** From what is held to what is wanted: what takes more first, so that nothing is given up before all is had. */
export function stepsBetween(held: readonly LockedSpan[], wanted: readonly LockedSpan[]): CoverageStep[] {
  const places = [...new Set([...held, ...wanted].flatMap(({ start, end }) => [start, end + 1n]))];
  places.sort((a, b) => (a < b ? -1 : 1));
  const [taking, giving]: [CoverageStep[], CoverageStep[]] = [[], []];
  for (const [index, start] of places.entries()) {
    const next = places[index + 1];
    if (next === undefined) break;
    const [before, after] = [modeAt(held, start), modeAt(wanted, start)];
    if (before === after) continue;
    const isMore = before === undefined || after === 'exclusive';
    append(isMore ? taking : giving, { start, end: next - 1n, kind: after ?? 'unlock' });
  }
  return [...taking, ...giving];
}

/** What is held once a step is done. */
export function afterStep(held: readonly LockedSpan[], { start, end, kind }: CoverageStep): LockedSpan[] {
  const left: LockedSpan[] = [];
  for (const span of held) {
    if (span.start < start) left.push({ ...span, end: span.end < start ? span.end : start - 1n });
    if (span.end > end) left.push({ ...span, start: span.start > end ? span.start : end + 1n });
  }
  if (kind !== 'unlock') left.push({ start, end, mode: kind });
  return left.sort((a, b) => (a.start < b.start ? -1 : 1));
}

function modeAt(spans: readonly LockedSpan[], at: bigint): LockMode | undefined {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (spans[middle]!.end < at) low = middle + 1;
    else high = middle;
  }
  const span = spans[low];
  return span !== undefined && span.start <= at ? span.mode : undefined;
}

/** Adds a span behind the others; one that goes on the last one alike makes it longer. */
function append<Span extends LockRange & { readonly mode?: LockMode; readonly kind?: CoverageStep['kind'] }>(
  spans: Span[],
  span: Span,
): void {
  const last = spans.at(-1);
  const isAlike = last?.end === span.start - 1n && last.mode === span.mode && last.kind === span.kind;
  if (isAlike) spans[spans.length - 1] = { ...last, end: span.end };
  else spans.push(span);
}
