import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { labCache } from './cache.ts';
import { runProgram } from './children.ts';

const source = fileURLToPath(new URL('../../kernel/host/xstate.c', import.meta.url));

/** The library that linux.uml is started with (what for: its source), compiled on first use and kept in the cache. */
export function xstateLibrary(): string {
  const cache = labCache();
  const library = join(
    cache,
    `xstate-${createHash('sha256').update(readFileSync(source)).digest('hex').slice(0, 16)}.so`,
  );
  if (existsSync(library)) return library;
  mkdirSync(cache, { recursive: true });
  const building = `${library}.${process.pid}`;
  runProgram(['gcc', '-O2', '-Wall', '-Wextra', '-Werror', '-shared', '-fPIC', '-o', building, source]);
  renameSync(building, library);
  return library;
}
