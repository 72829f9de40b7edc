import { setTimeout as sleep } from 'node:timers/promises';
import type { Head } from '../head/head.ts';

/** What `polynas status` says of a volume. */
export interface VolumeHealth {
  readonly health: 'healthy' | 'degraded' | 'recovering' | 'unavailable';
  readonly reason?: string;
  readonly copies: { readonly present: number; readonly wanted: number };
  readonly bytesToHeal: number;
}

const betweenMilliseconds = 400;

/** The head's first volume, as `polynas status` tells it now. */
export async function volumeHealth(head: Head): Promise<VolumeHealth> {
  const { status, stdout, stderr } = await head.polynas(['status', '--json']);
  if (status !== 0) throw new Error(`polynas status: ${stderr}`);
  return (JSON.parse(stdout.toString()) as { volumes: VolumeHealth[] }).volumes[0]!;
}

/** Waits until `polynas status` says so of the first volume. */
export async function untilHealth(head: Head, wanted: VolumeHealth['health'], seconds = 60): Promise<void> {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const now = await volumeHealth(head);
    if (now.health === wanted) return;
    if (performance.now() > end) throw new Error(`not ${wanted} after ${seconds} s: ${JSON.stringify(now)}`);
    await sleep(betweenMilliseconds);
  }
}

/** Looks at `polynas status` again and again, as an operator does. */
export class HealthWatch {
  /** What it said, each change once. */
  readonly seen: VolumeHealth[] = [];
  #stopped = false;
  readonly #done: Promise<void>;

  constructor(head: Head) {
    this.#done = this.#watch(head);
  }

  get states(): string[] {
    return this.seen.map(({ health }) => health).filter((health, index, all) => health !== all[index - 1]);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#done;
  }

  async #watch(head: Head): Promise<void> {
    while (!this.#stopped) {
      // A head that is being started again answers nothing.
      const now = await volumeHealth(head).catch(() => undefined);
      if (now && JSON.stringify(now) !== JSON.stringify(this.seen.at(-1))) this.seen.push(now);
      await sleep(betweenMilliseconds);
    }
  }
}
