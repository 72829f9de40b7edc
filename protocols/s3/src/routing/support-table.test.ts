import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { supportTable } from './support-table.ts';

it('docs/support/s3.md is what the routing table says', async () => {
  const written = await readFile(new URL('../../../../docs/support/s3.md', import.meta.url), 'utf8');
  expect(written, 'run protocols/s3/tools/write-support-table.mjs').toBe(supportTable());
});
