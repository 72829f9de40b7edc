import { describe, expect, it } from 'vitest';
import { allStats, statxBytes } from '../statx.ts';
import { BatchWriter, readBatch } from './batch-format.ts';

const statx = (ino: number): Buffer => {
  const bytes = Buffer.alloc(statxBytes);
  bytes.writeUInt32LE(allStats, 0);
  bytes.writeBigUInt64LE(BigInt(ino), 24);
  return bytes;
};

describe('the records of a batch', () => {
  it('come out as they went in, values of xattrs under their names', () => {
    const writer = new BatchWriter();
    writer.record(7n, 0, statx(1), Buffer.from('näme'));
    writer.xattr(1, Buffer.from('value'));
    writer.xattr(0, Buffer.alloc(0));
    writer.record(-1n, 0, statx(2), Buffer.from([0xff]));
    writer.record(0n, 116, statx(3), Buffer.alloc(0));
    const records = readBatch(writer.take(), writer.count, ['user.a', 'user.b']);
    expect(records.map(({ next, errno, statx: found }) => [next, errno, found?.ino])).toEqual([
      [7n, 0, 1n],
      [-1n, 0, 2n],
      [0n, 116, undefined],
    ]);
    expect(records.map(({ name }) => Buffer.from(name).toString('latin1'))).toEqual(['nÃ¤me', 'ÿ', '']);
    const [first, second] = records.map(({ xattrs }) => [...xattrs].map(([name, bytes]) => [name, bytes.length]));
    expect(first).toEqual([
      ['user.b', 5],
      ['user.a', 0],
    ]);
    expect(second).toEqual([]);
  });

  it('has nothing of one that failed later', () => {
    const writer = new BatchWriter();
    writer.record(0n, 0, statx(1), Buffer.from('a'));
    writer.fail(0);
    writer.record(0n, 0, statx(2), Buffer.from('b'));
    writer.fail(5);
    expect(readBatch(writer.take(), 2, []).map((record) => record.statx?.ino)).toEqual([1n, undefined]);
  });

  it('grows with what is written', () => {
    const writer = new BatchWriter();
    for (let index = 0; index < 2000; index += 1) {
      writer.record(BigInt(index), 0, statx(index), Buffer.from(`name ${index}`));
      writer.xattr(0, Buffer.alloc(index % 300, index));
    }
    const records = readBatch(writer.take(), 2000, ['user.x']);
    expect(records.every(({ next, statx: found }) => found?.ino === next)).toBe(true);
    expect(records[1999]?.xattrs.get('user.x')).toEqual(new Uint8Array(1999 % 300).fill(1999 & 0xff));
  });
});
