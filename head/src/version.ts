import { readFileSync } from 'node:fs';

/** From the package's own package.json, one level above both `src` and `dist`. */
function read(): string {
  const parsed: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const version = typeof parsed === 'object' && parsed !== null && 'version' in parsed ? parsed.version : undefined;
  return typeof version === 'string' ? version : 'unknown';
}

export const version = read();
