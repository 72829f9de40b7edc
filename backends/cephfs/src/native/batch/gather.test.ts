import { describe, expect, it } from 'vitest';
import { Gather } from './gather.ts';

/** Messages that wait for the test to answer them. */
function gathering() {
  const asked: { readonly inodes: bigint[]; readonly answers: PromiseWithResolvers<readonly bigint[]> }[] = [];
  const gather = new Gather<bigint>((inodes) => {
    const answers = Promise.withResolvers<readonly bigint[]>();
    asked.push({ inodes: [...inodes], answers });
    return answers.promise;
  });
  return { asked, gather };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('attributes that are asked for at the same time', () => {
  it('go together, each with its own answer', async () => {
    const { asked, gather } = gathering();
    const answers = [1n, 2n, 3n].map((inode) => gather.one(inode));
    await turn();
    expect(asked.map(({ inodes }) => inodes)).toEqual([[1n, 2n, 3n]]);
    asked[0]?.answers.resolve([10n, 20n, 30n]);
    expect(await Promise.all(answers)).toEqual([10n, 20n, 30n]);
  });

  it('are gathered while two messages are under way', async () => {
    const { asked, gather } = gathering();
    const all: Promise<bigint>[] = [];
    for (let inode = 0n; inode < 100n; inode += 1n) {
      all.push(gather.one(inode));
      if (inode < 3n) await turn();
    }
    expect(asked.map(({ inodes }) => inodes.length)).toEqual([1, 1]);
    for (let index = 0; index < 6; index += 1) {
      asked[index]?.answers.resolve(asked[index]?.inodes ?? []);
      await turn();
    }
    expect(asked.map(({ inodes }) => inodes.length)).toEqual([1, 1, 32, 32, 32, 2]);
    expect(await Promise.all(all)).toEqual(Array.from({ length: 100 }, (_, index) => BigInt(index)));
    expect(gather.waiting).toBe(0);
  });

  it('fail together when the message does, and the next goes on', async () => {
    const { asked, gather } = gathering();
    const lost = gather.one(1n);
    await turn();
    asked[0]?.answers.reject(new Error('thread'));
    await expect(lost).rejects.toThrow('thread');
    const next = gather.one(2n);
    await turn();
    asked[1]?.answers.resolve([2n]);
    expect(await next).toBe(2n);
  });
});
