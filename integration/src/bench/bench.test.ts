import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { runBench } from './bench.ts';
import { readOptions } from './options.ts';
import { markdown } from './report/table.ts';
import { protocols } from './server.ts';

// What CI sees of the bench: every load once against the head, no peers, nothing asserted about time.
it.each(protocols)('every %s load runs against the head', { timeout: 120_000 }, async (protocol) => {
  const args = ['--quick', '--seconds', '0.1', '--no-peers', '--no-syncs', '--only', protocol, '--dir', tmpdir()];
  const options = readOptions(args);
  if (options === undefined) throw new Error('no options');
  const results = await runBench(options, { say: () => undefined, onRow: () => undefined });
  expect(results.skipped).toEqual([]);
  expect(results.rows.length).toBeGreaterThan(10);
  for (const { load, servers } of results.rows) {
    expect(servers.map(({ name }) => name)).toEqual(['Polynas']);
    expect(servers[0]?.rounds[0]?.steps, load).toBeGreaterThan(0);
  }
  expect(markdown(results)).toContain('| load | in flight | Polynas |');
});
