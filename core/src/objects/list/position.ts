import { compareKeys } from '../../namespace/keys.ts';

/** Where a walk over keys stands: at a key, after it, or after every key that begins with it. */
export interface Position {
  readonly at: 'from' | 'after' | 'afterPrefix';
  readonly text: string;
}

export function isBeyond(position: Position, key: string): boolean {
  const { at, text } = position;
  const order = compareKeys(key, text);
  if (at === 'from') return order >= 0;
  return order > 0 && (at === 'after' || !key.startsWith(text));
}

/** Whether anything in the directory `prefix` (which ends in `/`, but for the top's) lies beyond the position. */
export function reachesInto(position: Position, prefix: string): boolean {
  if (isBeyond(position, prefix)) return true;
  if (position.text === prefix) return position.at !== 'afterPrefix';
  return position.text.startsWith(prefix);
}
