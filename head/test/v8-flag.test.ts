import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

test('V8 flags that the start program sets are known to this Node', () => {
  const program = readFileSync(new URL('../bin/polynas.js', import.meta.url), 'utf8');
  const flags = [...program.matchAll(/setFlagsFromString\('(--[a-z-]+)'\)/g)].map(([, flag]) => flag);
  expect(flags).toHaveLength(1);
  const known = execFileSync(process.execPath, ['--v8-options'], { encoding: 'utf8' });
  for (const flag of flags) expect(known).toContain(`  ${flag} `);
});
