import type { Call } from '@polynas/core/spi';
import { describe, expect, it } from 'vitest';
import { BatchWriter, readBatch } from './batch/batch-format.ts';
import { CephError } from './ceph-error.ts';
import type { Client } from './client.ts';
import { errno } from './errno.ts';
import { writeTold } from './small-writes.ts';
import { allStats, statxBytes } from './statx.ts';

type Answer = { readonly written: number; readonly errno?: number };

/** A client that writes down what it is asked; messages are answered when `reply` is called. */
function fake(answers: (index: number) => Answer = () => ({ written: 4 })) {
  const calls: [string, unknown, unknown][] = [];
  const withins: unknown[] = [];
  const messages: bigint[][] = [];
  const replies: (() => void)[] = [];
  /** While none is free, messages wait; nothing is known of them. */
  const threads = { areFree: true, waiting: [] as (() => void)[] };
  let version = 0;
  const statx = (): Buffer => {
    const bytes = Buffer.alloc(statxBytes);
    bytes.writeUInt32LE(allStats, 0);
    bytes.writeBigUInt64LE(BigInt((version += 1)), 128);
    return bytes;
  };
  const client = {
    superuser: 1n,
    library: { address: (of: Uint8Array) => BigInt(of[0] ?? 0) },
    call: (_kind: string, name: string, [, offset, length]: unknown[], within?: unknown) => {
      calls.push([name, offset, length]);
      withins.push(within);
      return Promise.resolve(length);
    },
    now: (_name: string, [, into]: [bigint, Buffer]) => {
      statx().copy(into);
      return 0;
    },
    batchOfWrites: (asked: () => BigUint64Array) =>
      new Promise((resolve) => {
        const issue = (): void => {
          const writes = asked();
          messages.push([...writes]);
          const writer = new BatchWriter();
          for (let index = 0; index < writes.length / 5; index += 1) {
            const answer = answers(index);
            writer.record(BigInt(answer.written), answer.errno ?? 0, statx(), new Uint8Array(0));
          }
          replies.push(() => resolve(readBatch(writer.take(), writer.count, [])));
        };
        if (threads.areFree) issue();
        else threads.waiting.push(issue);
      }),
    failed: (number: number, name: string) => new CephError(number, name),
  };
  return { client: client as unknown as Client, calls, withins, messages, replies, threads };
}

const write = (client: Client, at: number, within?: Call) =>
  writeTold(client, { inode: 7n, fh: 9n, offset: at, bytes: Uint8Array.of(at + 1, 0, 0, 0) }, within);
const turn = (): Promise<void> => new Promise(setImmediate);

describe('small writes', () => {
  it('goes by itself where it is alone', async () => {
    const { client, calls, messages } = fake();
    expect((await write(client, 0)).version).toBe(1n);
    expect([calls, messages]).toEqual([[['ceph_ll_write', 0, 4]], []]);
  });

  it('waits for its place no longer than it is wanted, where it is alone', async () => {
    const { client, withins } = fake();
    const call = { deadline: 1e9 };
    await writeTold(client, { inode: 7n, fh: 9n, offset: 0, bytes: Uint8Array.of(1) }, call);
    expect(withins).toEqual([call]);
  });

  it('goes with those of its turn, each with its own attributes', async () => {
    const { client, calls, messages, replies } = fake();
    const all = [0, 4, 8].map((at) => write(client, at));
    await turn();
    expect(messages).toEqual([[9n, 0n, 4n, 1n, 7n, 9n, 4n, 4n, 5n, 7n, 9n, 8n, 4n, 9n, 7n]]);
    for (const reply of replies) reply();
    expect((await Promise.all(all)).map(({ version }) => version)).toEqual([1n, 2n, 3n]);
    expect(calls).toEqual([]);
  });

  it('fails alone, and goes on where libcephfs took a part', async () => {
    const answers: Answer[] = [{ written: 4 }, { written: -errno.EDQUOT, errno: errno.EDQUOT }, { written: 1 }];
    const { client, calls, replies } = fake((index) => answers[index] ?? { written: 4 });
    const all = Promise.allSettled([0, 4, 8].map((at) => write(client, at)));
    await turn();
    for (const reply of replies) reply();
    expect((await all).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(calls).toEqual([['ceph_ll_write', 9, 3]]);
  });

  it('is refused where the attributes are: then nobody knows that it is there', async () => {
    const { client, replies } = fake(() => ({ written: 4, errno: errno.ESHUTDOWN }));
    const all = Promise.allSettled([write(client, 0), write(client, 4)]);
    await turn();
    for (const reply of replies) reply();
    expect((await all).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });

  it('waits for no more than two messages that wait for the cluster', async () => {
    const { client, calls, messages, replies } = fake();
    const hanging: Promise<unknown>[] = [];
    for (let round = 0; round < 2; round += 1) {
      hanging.push(write(client, 0), write(client, 4));
      await turn();
    }
    await Promise.all([write(client, 8), write(client, 12)]);
    expect([messages.length, calls.length]).toEqual([2, 2]);
    for (const reply of replies) reply();
    await Promise.all(hanging);
  });

  it('is left out of a message that waits for a thread for longer than it is wanted', async () => {
    const { client, messages, replies, threads } = fake();
    threads.areFree = false;
    const end = new AbortController();
    const first = write(client, 0);
    const second = write(client, 4, { signal: end.signal });
    const third = write(client, 8, { deadline: performance.now() + 1 });
    await expect(third).rejects.toMatchObject({ code: 'timedOut' });
    end.abort();
    await expect(second).rejects.toMatchObject({ code: 'aborted' });
    for (const issue of threads.waiting) issue();
    expect(messages).toEqual([[9n, 0n, 4n, 1n, 7n]]);
    for (const reply of replies) reply();
    expect((await first).version).toBe(1n);
  });

  it('is not given up once it is issued', async () => {
    const { client, replies, threads } = fake();
    threads.areFree = false;
    const end = new AbortController();
    const all = [write(client, 0), write(client, 4, { signal: end.signal })];
    await turn();
    for (const issue of threads.waiting) issue();
    end.abort();
    for (const reply of replies) reply();
    expect(await Promise.all(all)).toHaveLength(2);
  });

  it('begins another message when one is full', async () => {
    const { client, messages, replies } = fake();
    const all = Array.from({ length: 40 }, (_, index) => write(client, index));
    await turn();
    expect(messages.map(({ length }) => length / 5)).toEqual([32, 8]);
    for (const reply of replies) reply();
    await Promise.all(all);
  });
});
