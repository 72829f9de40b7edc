// Writes docs/support/s3.md from the routing table. Run with the workspace's own Node.
import { writeFile } from 'node:fs/promises';
import { supportTable } from '../src/routing/support-table.ts';

await writeFile(new URL('../../../docs/support/s3.md', import.meta.url), supportTable());
