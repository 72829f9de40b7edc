import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startTime } from '../kernel/run-directory.ts';

const ownerFile = 'owner';

/**
 * A folder for servers and their data, removed when this process ends. What a killed run left is removed by the next
 * one: `owner` names the process by pid and start time, so that a reused pid is not taken for it.
 */
export class ScratchDirectory {
  readonly path: string;
  readonly #onExit: () => void;

  /**
   * @param parent for a bench: on the disk that is to be measured
   * @param prefix of its name, and of those of earlier runs
   */
  constructor(parent: string, prefix = 'polynas-bench-') {
    mkdirSync(parent, { recursive: true });
    sweepStale(parent, prefix);
    this.path = mkdtempSync(join(parent, prefix));
    writeFileSync(join(this.path, ownerFile), `${process.pid} ${startTime(process.pid) ?? ''}`);
    // Retries, because servers may still be writing there when this process is interrupted.
    this.#onExit = () => rmSync(this.path, { recursive: true, force: true, maxRetries: 5 });
    process.once('exit', this.#onExit);
  }

  folder(...names: string[]): string {
    const path = join(this.path, ...names);
    mkdirSync(path, { recursive: true });
    return path;
  }

  remove(): void {
    process.removeListener('exit', this.#onExit);
    this.#onExit();
  }
}

function sweepStale(parent: string, prefix: string): void {
  for (const name of readdirSync(parent)) {
    if (!name.startsWith(prefix)) continue;
    const path = join(parent, name);
    let owner: string;
    try {
      owner = readFileSync(join(path, ownerFile), 'utf8');
    } catch {
      continue; // its owner is just making or removing it
    }
    const [pid = '', started = ''] = owner.split(' ');
    if (startTime(Number(pid)) !== started) rmSync(path, { recursive: true, force: true });
  }
}
