// Writes docs/support/swift.md from the routing table. Run with the workspace's own Node.
import { writeFile } from 'node:fs/promises';
import { supportTable } from '../src/routing/support-table.ts';

await writeFile(new URL('../../../docs/support/swift.md', import.meta.url), supportTable());
