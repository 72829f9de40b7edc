import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { supportTable } from './support-table.ts';

it('docs/support/swift.md is what the routing table says', async () => {
  const written = await readFile(new URL('../../../../docs/support/swift.md', import.meta.url), 'utf8');
  expect(written, 'run protocols/swift/tools/write-support-table.mjs').toBe(supportTable());
});
