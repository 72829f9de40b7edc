import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { clusterWork, flushJournal, purged, workBetween } from './cluster-work.ts';

/** A daemon's admin socket, which answers this command. */
async function daemon(path: string, answer: object | (() => object), prefix = 'perf dump'): Promise<void> {
  const server = createServer((socket) => {
    socket.once('data', (command: Buffer) => {
      expect(command.toString()).toBe(`{"prefix":"${prefix}"}\0`);
      const json = Buffer.from(JSON.stringify(typeof answer === 'function' ? answer() : answer));
      const length = Buffer.alloc(4);
      length.writeUInt32BE(json.length);
      socket.write(length);
      socket.end(json);
    });
  });
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(path, resolve));
}

it('adds up what MDS and OSDs count', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'polynas-bench-sockets-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const latency = { avgcount: 5, sum: 0.01, avgtime: 0.002 };
  await daemon(join(folder, 'mds.a.asok'), {
    mds_server: {
      handle_client_request: 7,
      req_create_latency: latency,
      req_unlink_latency: { ...latency, avgcount: 2 },
    },
    mds: { handle_client_caps: 3 },
  });
  await daemon(join(folder, 'osd.0.asok'), { osd: { op: 10 } });
  await daemon(join(folder, 'osd.1.asok'), { osd: { op: 20 } });
  expect(await clusterWork(folder, 2)).toEqual({
    metadataRequests: 7,
    metadataKinds: { create: 5, unlink: 2 },
    capMessages: 3,
    storeOperations: 30,
  });
});

it('is what was done between two looks', () => {
  const before = { metadataRequests: 7, metadataKinds: { create: 5, unlink: 2 }, capMessages: 3, storeOperations: 30 };
  const after = { metadataRequests: 9, metadataKinds: { create: 7, unlink: 2 }, capMessages: 4, storeOperations: 30 };
  expect(workBetween(before, after)).toEqual({
    metadataRequests: 2,
    metadataKinds: { create: 2 },
    capMessages: 1,
    storeOperations: 0,
  });
});

it('has the MDS write back its journal, and says when it cannot', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'polynas-bench-sockets-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const answers = [
    { message: '', return_code: 0 },
    { message: 'read-only', return_code: -30 },
  ];
  await daemon(join(folder, 'mds.a.asok'), () => answers.shift() ?? {}, 'flush journal');
  await flushJournal(folder);
  await expect(flushJournal(folder)).rejects.toThrow('read-only (-30)');
});

it('waits for files that are being purged', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'polynas-bench-sockets-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const answers = [
    { purge_queue: { pq_executing: 0, pq_item_in_journal: 0 }, mds_cache: { num_strays_enqueuing: 1 } },
    { purge_queue: { pq_executing: 1, pq_item_in_journal: 2 }, mds_cache: { num_strays_enqueuing: 0 } },
    { purge_queue: { pq_executing: 0, pq_item_in_journal: 0 }, mds_cache: { num_strays_enqueuing: 0 } },
  ];
  await daemon(join(folder, 'mds.a.asok'), () => answers.shift() ?? {});
  await purged(folder);
  expect(answers).toEqual([]);
});
