import type { Parts } from '../parts.ts';
import { release } from './lifetime.ts';
import type { LiveFile } from './live-file.ts';

/** Holds the gates of all the files alone; always in the order of ids, so two calls cannot wait for each other. `work` is given them in the order that was asked for. */
export async function alone<T>(
  parts: Parts,
  ids: readonly number[],
  work: (files: readonly LiveFile[]) => Promise<T>,
): Promise<T> {
  const held = ids.map((id) => parts.files.hold(id));
  const gates = [...new Set(held)].sort((a, b) => a.id - b.id);
  for (const file of gates) await file.gate.exclusive();
  try {
    return await work(held);
  } finally {
    for (const file of gates) file.gate.leave();
    for (const file of held) release(parts, file);
  }
}
