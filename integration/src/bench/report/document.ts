import { readFileSync, writeFileSync } from 'node:fs';
import type { Backend } from '../options.ts';

/** Puts `tables` between the markers of a Markdown file that are for this backend; the rest of it is written by hand. */
export function replaceTables(file: string, backend: Backend, tables: string): void {
  const name = backend === 'local' ? 'bench' : `bench ${backend}`;
  const [first, last] = [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`];
  const text = readFileSync(file, 'utf8');
  const begin = text.indexOf(first);
  const end = text.indexOf(last);
  if (begin === -1 || end < begin) throw new Error(`${file} has no ${first} … ${last}`);
  writeFileSync(file, `${text.slice(0, begin + first.length)}\n\n${tables}\n${text.slice(end)}`);
}
