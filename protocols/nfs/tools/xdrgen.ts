/**
 * Writes `src/xdr/*.ts` from `xdr/*.x`. Run it with Node 24 as it stands: `node protocols/nfs/tools/xdrgen.ts`; with
 * `--check` it writes nothing and fails when the checked-in files differ.
 */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { emit } from './xdr/emit.ts';
import { parse } from './xdr/parse.ts';

const root = join(import.meta.dirname, '..');

export interface Generated {
  /** Absolute path of the module. */
  readonly path: string;
  readonly text: string;
}

/** All modules, as they should be. */
export function generate(): Generated[] {
  const folder = join(root, 'xdr');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.x'))
    .toSorted()
    .map((name) => ({
      path: join(root, 'src', 'xdr', name.replace(/\.x$/, '.ts')),
      text: emit(parse(readFileSync(join(folder, name), 'utf8')), name),
    }));
}

if (import.meta.main) {
  for (const { path, text } of generate()) {
    if (!process.argv.includes('--check')) writeFileSync(path, text);
    else if (readFileSync(path, 'utf8') !== text) {
      process.stderr.write(`${path} is not what tools/xdrgen.ts makes of its .x text\n`);
      process.exitCode = 1;
    }
  }
}
