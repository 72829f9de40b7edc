import { homedir } from 'node:os';
import { join } from 'node:path';

/** Folder of what the lab makes once and keeps: `POLYNAS_CACHE`, by default `~/.cache/polynas`. */
export function labCache(): string {
  return process.env['POLYNAS_CACHE'] ?? join(homedir(), '.cache', 'polynas');
}
