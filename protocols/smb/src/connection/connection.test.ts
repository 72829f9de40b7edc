import { FrameBuffers, WireError } from '@polynas/core/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameAssembler } from './frame-assembler.ts';
import { Inbound } from './inbound.ts';
import { defaultLimits } from './limits.ts';
import { requiredCharge, SequenceWindow } from './sequence-window.ts';

const framed = (payload: Uint8Array): Buffer => {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(payload.length);
  return Buffer.concat([head, payload]);
};

describe('frames', () => {
  it('come out whole whatever the segments are', () => {
    const payloads = fc.array(fc.uint8Array({ maxLength: 90 }), { maxLength: 6 });
    fc.assert(
      fc.property(payloads, fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (frames, cuts) => {
        const stream = Buffer.concat(frames.map(framed));
        const assembler = new FrameAssembler();
        const out: string[] = [];
        for (let at = 0, turn = 0; at < stream.length; turn++) {
          const size = cuts[turn % cuts.length]!;
          assembler.push(stream.subarray(at, at + size));
          at += size;
          for (let frame = assembler.take(100); frame !== undefined; frame = assembler.take(100)) {
            out.push(Buffer.from(frame).toString('hex'));
          }
        }
        expect(out).toEqual(frames.map((frame) => Buffer.from(frame).toString('hex')));
        expect(assembler.midFrame).toBe(false);
        expect(assembler.held).toBe(0);
      }),
    );
  });

  it('hold memory for what came, not for what was announced', () => {
    const assembler = new FrameAssembler();
    const head = Buffer.alloc(4);
    head.writeUInt32BE(8_000_000);
    assembler.push(Buffer.concat([head, Buffer.alloc(100)]));
    expect(assembler.take(9_000_000)).toBeUndefined();
    expect(assembler.midFrame).toBe(true);
    expect(assembler.held).toBeLessThanOrEqual(16 * 1024);
    for (let index = 0; index < 10; index++) {
      assembler.push(Buffer.alloc(10_000));
      expect(assembler.take(9_000_000)).toBeUndefined();
    }
    expect(assembler.held).toBeLessThanOrEqual(2 * 100_100);
  });

  it('that are large lie in common buffers, as far as there are any', () => {
    const buffers = new FrameBuffers(200_000, 1);
    const payload = Buffer.alloc(100_000, 'abc');
    const gather = (assembler: FrameAssembler): Uint8Array => {
      const stream = framed(payload);
      assembler.push(stream.subarray(0, 70_000));
      expect(assembler.take(200_000)).toBeUndefined();
      assembler.push(stream.subarray(70_000));
      const frame = assembler.take(200_000)!;
      expect(payload.equals(frame)).toBe(true);
      return frame;
    };
    const first = new FrameAssembler(buffers);
    const frame = gather(first);
    const borrowed = first.takeBorrowed()!;
    expect(borrowed.buffer).toBe(frame.buffer);
    expect(first.takeBorrowed()).toBeUndefined();
    const second = new FrameAssembler(buffers);
    gather(second);
    expect(second.takeBorrowed()).toBeUndefined();
    expect(buffers.lent).toBe(1);
    buffers.give(borrowed);
    first.push(framed(payload).subarray(0, 50_000));
    expect(first.take(200_000)).toBeUndefined();
    expect(first.held).toBe(0);
    expect(buffers.lent).toBe(1);
    first.abandon();
    expect(buffers.lent).toBe(0);
  });

  it('are refused when they are longer than the limit, or not direct TCP', () => {
    const long = new FrameAssembler();
    long.push(framed(Buffer.alloc(101)));
    expect(() => long.take(100)).toThrow(WireError);
    const netbios = new FrameAssembler();
    netbios.push(Buffer.from('81000044', 'hex'));
    expect(() => netbios.take(100)).toThrow(WireError);
  });
});

describe('a connection that receives', () => {
  const message = Buffer.alloc(68);
  Buffer.from('fe534d424000', 'hex').copy(message);
  const smb1 = Buffer.from('ff534d4272', 'hex');
  const sealed = Buffer.alloc(200);
  Buffer.from('fd534d42', 'hex').copy(sealed);

  const inbound = (...frames: Uint8Array[]): Inbound => {
    const connection = new Inbound(defaultLimits);
    for (const frame of frames) connection.push(framed(frame));
    return connection;
  };

  it('tells messages, sealed frames and SMB1 apart', () => {
    const connection = inbound(smb1, message);
    expect(connection.take()).toMatchObject({ kind: 'smb1' });
    expect(connection.take()).toMatchObject({ kind: 'messages', messages: [{ start: 0, end: 68 }] });
    expect(connection.take()).toBeUndefined();
    connection.authenticated();
    connection.push(framed(sealed));
    expect(connection.take()).toMatchObject({ kind: 'sealed' });
  });

  it('takes SMB1 only first, sealed frames only after authentication, compression never', () => {
    const late = inbound(message, smb1);
    late.take();
    expect(() => late.take()).toThrow(WireError);
    expect(() => inbound(sealed).take()).toThrow(WireError);
    expect(() => inbound(Buffer.from('fc534d4200000000', 'hex')).take()).toThrow(WireError);
    expect(() => inbound(Buffer.alloc(2)).take()).toThrow(WireError);
    const short = inbound();
    short.authenticated();
    short.push(framed(sealed.subarray(0, 60)));
    expect(() => short.take()).toThrow(WireError);
  });

  it('takes small frames only before authentication', () => {
    const large = Buffer.alloc(defaultLimits.maxFrameBeforeAuth + 1);
    message.copy(large);
    expect(() => inbound(large).take()).toThrow(WireError);
    const connection = inbound();
    connection.authenticated();
    connection.push(framed(large));
    expect(connection.take()).toMatchObject({ kind: 'messages' });
  });
});

describe('the sequence window', () => {
  it('begins with one id and grants what is asked for', () => {
    const window = new SequenceWindow(64);
    expect(window.take(1n, 1)).toBe(false);
    expect(window.take(0n, 1)).toBe(true);
    expect(window.credits).toBe(0);
    expect(window.take(1n, 1)).toBe(false);
    expect(window.grant(0)).toBe(1);
    expect(window.grant(10)).toBe(10);
    expect(window.credits).toBe(11);
    expect(window.take(5n, 2)).toBe(true);
    expect(window.take(6n, 1)).toBe(false);
    expect(window.take(4n, 2)).toBe(false);
    expect(window.take(11n, 2)).toBe(false);
    expect(window.take(11n, 1)).toBe(true);
    expect(window.credits).toBe(8);
  });

  it('never spans more than its size, even with a gap at its low end', () => {
    const window = new SequenceWindow(32);
    window.take(0n, 1);
    expect(window.grant(1000)).toBe(32);
    for (let id = 2n; id <= 32n; id++) expect(window.take(id, 1)).toBe(true);
    expect(window.grant(5)).toBe(0);
    expect(window.credits).toBe(1);
    expect(window.take(1n, 1)).toBe(true);
    expect(window.grant(1000)).toBe(32);
    expect(window.take(33n, 32)).toBe(true);
    expect(window.credits).toBe(0);
  });

  it('agrees with a plain set of ids', () => {
    const step = fc.record({ id: fc.nat(80), charge: fc.nat(4), grant: fc.nat(12) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120, size: 'max' }), (steps) => {
        const window = new SequenceWindow(32);
        const open = new Set([0n]);
        let high = 1n;
        for (const { id, charge, grant } of steps) {
          const wanted = Array.from({ length: Math.max(charge, 1) }, (_, index) => BigInt(id + index));
          const allowed = wanted.every((one) => open.has(one));
          expect(window.take(BigInt(id), charge)).toBe(allowed);
          if (allowed) for (const one of wanted) open.delete(one);
          const granted = window.grant(grant);
          for (let index = 0; index < granted; index++) open.add(high++);
          expect(window.credits).toBe(open.size);
          expect(open.size).toBeGreaterThan(0);
        }
      }),
    );
  });

  it('knows what a payload costs', () => {
    expect([0, 1, 65_536, 65_537, 1_048_576].map((size) => requiredCharge(size, 0))).toEqual([1, 1, 1, 2, 16]);
    expect(requiredCharge(10, 65_537)).toBe(2);
    expect(() => new SequenceWindow(100)).toThrow(RangeError);
  });
});
