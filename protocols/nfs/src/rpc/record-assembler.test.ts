import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecordAssembler, RecordError } from './record-assembler.ts';
import { FrameBuffers } from '@polynas/core/wire';

const LIMITS = { maxRecord: 1024, maxFragments: 8 };

function mark(record: Uint8Array, cuts: readonly number[]): Buffer {
  const edges = [...new Set(cuts.map((cut) => cut % (record.length + 1)))].toSorted((a, b) => a - b);
  const pieces: Buffer[] = [];
  let from = 0;
  for (const edge of edges) {
    pieces.push(header(edge - from, false), Buffer.from(record.subarray(from, edge)));
    from = edge;
  }
  pieces.push(header(record.length - from, true), Buffer.from(record.subarray(from)));
  return Buffer.concat(pieces);
}

function header(length: number, last: boolean): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE((length | (last ? 0x8000_0000 : 0)) >>> 0);
  return bytes;
}

function drain(assembler: RecordAssembler): string[] {
  const records: string[] = [];
  for (let r = assembler.take(); r !== undefined; r = assembler.take()) {
    records.push(Buffer.from(r.bytes(r.remaining)).toString('hex'));
  }
  return records;
}

describe('RecordAssembler', () => {
  it('finds the same records however they are fragmented and segmented', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.uint8Array({ maxLength: 300, size: 'max' }), fc.array(fc.nat(), { maxLength: 6 })), {
          maxLength: 6,
        }),
        fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 20 }),
        (records, segments) => {
          const stream = Buffer.concat(records.map(([record, cuts]) => mark(record, cuts)));
          const assembler = new RecordAssembler(LIMITS);
          const found: string[] = [];
          for (let at = 0, turn = 0; at < stream.length; turn++) {
            const to = at + segments[turn % segments.length]!;
            assembler.push(stream.subarray(at, to));
            found.push(...drain(assembler));
            at = to;
          }
          expect(found).toEqual(records.map(([record]) => Buffer.from(record).toString('hex')));
          expect(assembler.midRecord).toBe(false);
          expect(assembler.held).toBe(0);
        },
      ),
    );
  });

  it('decodes a record in place when one chunk holds it', () => {
    const assembler = new RecordAssembler(LIMITS);
    const chunk = mark(Uint8Array.of(1, 2, 3, 4), []);
    assembler.push(chunk);
    const window = assembler.take()!.bytes(4);
    chunk[4] = 9;
    expect(window[0]).toBe(9);
  });

  it('allocates for what has arrived, not for what is announced', () => {
    const assembler = new RecordAssembler({ maxRecord: 1 << 30, maxFragments: 8 });
    assembler.push(header(1 << 30, true));
    drain(assembler);
    expect(assembler.held).toBe(0);
    assembler.push(new Uint8Array(10));
    drain(assembler);
    expect(assembler.held).toBe(64 * 1024);
    expect(assembler.midRecord).toBe(true);
  });

  it('refuses records and fragment counts above the limits', () => {
    const big = new RecordAssembler(LIMITS);
    big.push(header(1025, true));
    expect(() => big.take()).toThrow(RecordError);
    const sum = new RecordAssembler(LIMITS);
    sum.push(Buffer.concat([header(1000, false), Buffer.alloc(1000), header(25, true)]));
    expect(() => sum.take()).toThrow(RecordError);
    const empty = new RecordAssembler(LIMITS);
    empty.push(Buffer.concat(Array.from({ length: 9 }, () => header(0, false))));
    expect(() => empty.take()).toThrow(RecordError);
  });

  it('keeps what is left when a chunk comes before the last one is used up', () => {
    const assembler = new RecordAssembler(LIMITS);
    assembler.push(Buffer.concat([mark(Uint8Array.of(1), []), mark(Uint8Array.of(2), [])]));
    expect(assembler.take()!.u8()).toBe(1);
    assembler.push(mark(Uint8Array.of(3), []));
    expect(drain(assembler)).toEqual(['02', '03']);
  });
});

describe('RecordAssembler with buffers', () => {
  const limits = { maxRecord: 200_000, maxFragments: 8 };
  const record = (length: number): Buffer => Buffer.alloc(length, 'record');

  it('gathers large records in a buffer that is used again', () => {
    const buffers = new FrameBuffers(limits.maxRecord, 1);
    const assembler = new RecordAssembler(limits, buffers);
    let first: Uint8Array | undefined;
    for (const length of [100_000, 200_000, 70_000]) {
      const stream = mark(record(length), [length >> 1]);
      assembler.push(stream.subarray(0, 60_000));
      expect(assembler.take()).toBeUndefined();
      expect([assembler.held, buffers.lent]).toEqual([0, 1]);
      assembler.push(stream.subarray(60_000));
      const whole = assembler.take()!;
      expect(Buffer.compare(whole.bytes(whole.remaining), record(length))).toBe(0);
      const borrowed = assembler.takeBorrowed()!;
      expect(assembler.takeBorrowed()).toBeUndefined();
      first ??= borrowed;
      expect(borrowed).toBe(first);
      buffers.give(borrowed);
    }
    expect(buffers.lent).toBe(0);
  });

  it('says where the rest of a large record belongs, fragment by fragment', () => {
    const buffers = new FrameBuffers(limits.maxRecord, 1);
    const assembler = new RecordAssembler(limits, buffers);
    const bytes = Buffer.from(Array.from({ length: 150_000 }, (_, index) => index & 0xff));
    const mark = (length: number, last: boolean): Buffer => {
      const header = Buffer.alloc(4);
      header.writeUInt32BE((length | (last ? 0x8000_0000 : 0)) >>> 0);
      return header;
    };
    expect(assembler.room()).toBeUndefined();
    assembler.push(Buffer.concat([mark(100_000, false), bytes.subarray(0, 10)]));
    expect([assembler.take(), assembler.room()?.length]).toEqual([undefined, 99_990]);
    assembler.room()?.set(bytes.subarray(10, 60_000));
    assembler.filled(59_990);
    expect([assembler.take(), assembler.room()?.length]).toEqual([undefined, 40_000]);
    assembler.room()?.set(bytes.subarray(60_000, 100_000));
    assembler.filled(40_000);
    // What comes next is a header, which has to be looked at.
    expect([assembler.take(), assembler.room()]).toEqual([undefined, undefined]);
    assembler.push(Buffer.concat([mark(50_000, true), bytes.subarray(100_000, 100_001)]));
    expect(assembler.take()).toBeUndefined();
    assembler.room()?.set(bytes.subarray(100_001));
    assembler.filled(49_999);
    expect(assembler.room()).toBeUndefined();
    const record = assembler.take();
    expect(Buffer.from(record?.bytes(150_000) ?? []).equals(bytes)).toBe(true);
    expect(assembler.takeBorrowed()).toBeDefined();
    expect([assembler.midRecord, assembler.room()]).toEqual([false, undefined]);
  });

  it('does without when all are lent, for small records, and for those in one chunk', () => {
    const buffers = new FrameBuffers(limits.maxRecord, 1);
    const [one, two] = [new RecordAssembler(limits, buffers), new RecordAssembler(limits, buffers)];
    const stream = mark(record(100_000), []);
    for (const assembler of [one, two]) {
      assembler.push(stream.subarray(0, 50_000));
      expect(assembler.take()).toBeUndefined();
    }
    expect([one.held, two.held > 0]).toEqual([0, true]);
    two.push(stream.subarray(50_000));
    expect(two.take()!.remaining).toBe(100_000);
    expect(two.takeBorrowed()).toBeUndefined();
    one.abandon();
    expect(buffers.lent).toBe(0);
    one.push(mark(record(1000), []).subarray(0, 500));
    expect(one.take()).toBeUndefined();
    two.push(stream);
    expect(two.take()!.remaining).toBe(100_000);
    expect(buffers.lent).toBe(0);
  });
});
