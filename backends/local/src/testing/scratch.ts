import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A directory of its own for each test volume, removed by `discard`. */
export function scratchDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'polynas-local-'));
}

export function discard(directory: string): void {
  rmSync(directory, { recursive: true, force: true });
}
