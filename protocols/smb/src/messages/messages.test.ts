import { readFileSync } from 'node:fs';
import { Reader, WireError, Writer } from '@polynas/core/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bodies, isCommand } from './table.ts';
import type { Codec } from './codec.ts';
import { Command } from './command.ts';
import { encodeMessage, messageSpans } from './compound.ts';
import { allocationSize } from './create-contexts/allocation-size.ts';
import {
  durableHandleReconnect,
  durableHandleRequest,
  durableHandleResponse,
} from './create-contexts/durable-handle.ts';
import {
  durableHandleReconnectV2,
  durableHandleRequestV2,
  durableHandleResponseV2,
} from './create-contexts/durable-handle-v2.ts';
import { lease } from './create-contexts/lease.ts';
import { readCreateContexts, writeCreateContexts } from './create-contexts/list.ts';
import { maximalAccessRequest, maximalAccessResponse } from './create-contexts/maximal-access.ts';
import { onDiskIdResponse } from './create-contexts/on-disk-id.ts';
import { timewarpToken } from './create-contexts/timewarp-token.ts';
import { createRequest } from './create.ts';
import { readTransportHeader, writeTransportHeader } from './direct-tcp.ts';
import { errorResponse } from './error.ts';
import { flushRequest, flushResponse } from './flush.ts';
import { header } from './header.ts';
import { ioctlRequest } from './ioctl.ts';
import { encryptionCapabilities } from './negotiate-contexts/encryption.ts';
import { netnameContext } from './negotiate-contexts/netname.ts';
import { preauthIntegrityCapabilities } from './negotiate-contexts/preauth-integrity.ts';
import { oplockBreakNotification, oplockBreakRequest } from './oplock-break.ts';
import { smb1NegotiateDialects } from './smb1-negotiate.ts';
import { transformHeader } from './transform-header.ts';
import { treeConnectRequest } from './tree-connect.ts';
import { decode, encode } from './whole.ts';

const captured = JSON.parse(readFileSync(new URL('../test/captures/messages.json', import.meta.url), 'utf8')) as Record<
  string,
  string[]
>;

function codecOf(name: string): Codec<unknown> {
  if (name === 'ERROR response') return errorResponse;
  if (name === 'OPLOCK_BREAK notification') return oplockBreakNotification;
  const [command, direction] = name.split(' ') as [keyof typeof Command, 'request' | 'response'];
  return bodies[Command[command]][direction] as Codec<unknown>;
}

describe('messages between smbclient or smbtorture and smbd', () => {
  for (const [name, frames] of Object.entries(captured)) {
    it(`${name}: decoded and encoded to the same bytes`, () => {
      const codec = codecOf(name);
      for (const hex of frames) {
        const bytes = Buffer.from(hex, 'hex');
        const r = new Reader(bytes);
        const head = header.read(r);
        const value = codec.read(r);
        const again = encodeMessage(new Writer(), head, codec, value, head.nextCommand !== 0);
        expect(Buffer.concat(again.parts).toString('hex')).toBe(hex);
      }
    });
  }
});

const body = (codec: Codec<never> | Codec<unknown>, value: unknown): string => {
  const w = new Writer();
  w.zeros(64);
  (codec as Codec<unknown>).write(w, value);
  return Buffer.concat(w.finish().parts).subarray(64).toString('hex');
};
const decodeBody = <T>(codec: Codec<T>, hex: string): T => {
  const r = new Reader(Buffer.concat([Buffer.alloc(64), Buffer.from(hex, 'hex')]));
  return codec.read(r.seek(64));
};

const guid = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex');
const fileId = { persistent: 0x0807060504030201n, volatile: 0x1817161514131211n };
const fileIdHex = '01020304050607081112131415161718';

describe('bodies that the captures do not have', () => {
  it('FLUSH', () => {
    const hex = `1800${'00'.repeat(6)}${fileIdHex}`;
    expect(decodeBody(flushRequest, hex)).toEqual({ fileId });
    expect(body(flushRequest, { fileId })).toBe(hex);
    expect(body(flushResponse, {})).toBe('04000000');
  });

  it('lease break notification and acknowledgement', () => {
    const key = guid.toString('hex');
    const notification = `2c000100${'01000000'}${key}${'07000000'}${'03000000'}${'00'.repeat(12)}`;
    const value = { newEpoch: 1, flags: 1, leaseKey: guid, currentLeaseState: 7, newLeaseState: 3 };
    expect(body(oplockBreakNotification, value)).toBe(notification);
    expect(decodeBody(oplockBreakNotification, notification)).toMatchObject({ newEpoch: 1, newLeaseState: 3 });
    const ack = `24000000${'00000000'}${key}${'03000000'}${'00'.repeat(8)}`;
    expect(body(oplockBreakRequest, { flags: 0, leaseKey: guid, leaseState: 3 })).toBe(ack);
    expect(decodeBody(oplockBreakRequest, ack)).toMatchObject({ leaseState: 3 });
  });

  it('ERROR with contexts', () => {
    const hex = '0900020020000000' + '0400000000000000' + '11223344' + '00000000' + '0400000001000000' + '55667788';
    const value = {
      errorContexts: [
        { errorId: 0, errorContextData: Buffer.from('11223344', 'hex') },
        { errorId: 1, errorContextData: Buffer.from('55667788', 'hex') },
      ],
    };
    // ByteCount: 8 + 4 + 4 of padding + 8 + 4.
    const exact = hex.replace('0900020020000000', '090002001c000000');
    expect(body(errorResponse, value)).toBe(exact);
    expect(body(errorResponse, decodeBody(errorResponse, exact))).toBe(exact);
  });

  it('TREE_CONNECT with its extension', () => {
    const path = Buffer.from('\\\\s\\a', 'utf16le').toString('hex');
    const hex = `0900040058000a00${'20000000'}0100${'00'.repeat(10)}${path}${'00'.repeat(6)}0100040000000000aabbccdd`;
    const value = {
      flags: 4,
      path: '\\\\s\\a',
      treeConnectContexts: [{ contextType: 1, data: Buffer.from('aabbccdd', 'hex') }],
    };
    expect(body(treeConnectRequest, value)).toBe(hex);
    expect(body(treeConnectRequest, decodeBody(treeConnectRequest, hex))).toBe(hex);
  });

  it('header, asynchronous', () => {
    const hex =
      'fe534d424000010003010000' +
      '0f000100' +
      '03000000' +
      '00000000' +
      '0500000000000000' +
      '0900000000000000' +
      '1100000000000000' +
      '00'.repeat(16);
    const value = decode(header, Buffer.from(hex, 'hex'));
    expect(value).toMatchObject({ status: 0x103, asyncId: 9n, messageId: 5n, sessionId: 0x11n, command: 15 });
    expect(Buffer.from(encode(header, value)).toString('hex')).toBe(hex);
  });

  it('a direct TCP header', () => {
    const w = new Writer();
    writeTransportHeader(w, 0x123456);
    const bytes = w.finish().parts[0]!;
    expect(Buffer.from(bytes).toString('hex')).toBe('00123456');
    expect(readTransportHeader(new Reader(bytes))).toBe(0x123456);
    expect(() => writeTransportHeader(w, 0x1000000)).toThrow(WireError);
    expect(() => readTransportHeader(new Reader(Buffer.from('85000000', 'hex')))).toThrow(WireError);
  });

  it('an SMB1 multi-protocol negotiate', () => {
    const list = Buffer.concat(['NT LM 0.12', 'SMB 2.002', 'SMB 2.???'].map((name) => Buffer.from(`\x02${name}\0`)));
    const count = Buffer.alloc(2);
    count.writeUInt16LE(list.length);
    const frame = Buffer.concat([Buffer.from('ff534d4272', 'hex'), Buffer.alloc(27), Buffer.alloc(1), count, list]);
    expect(smb1NegotiateDialects(frame)).toEqual(['NT LM 0.12', 'SMB 2.002', 'SMB 2.???']);
    frame[4] = 0x73;
    expect(() => smb1NegotiateDialects(frame)).toThrow(WireError);
  });
});

describe('contexts', () => {
  const both = <T>(codec: Codec<T>, hex: string, value: T): void => {
    expect(Buffer.from(encode(codec, value)).toString('hex')).toBe(hex);
    expect(Buffer.from(encode(codec, decode(codec, Buffer.from(hex, 'hex')))).toString('hex')).toBe(hex);
  };
  const key = guid.toString('hex');

  it('create contexts of a fixed shape', () => {
    both(allocationSize, '0010000000000000', 4096);
    both(durableHandleRequest, '00'.repeat(16), null);
    both(durableHandleResponse, '00'.repeat(8), null);
    both(durableHandleReconnect, fileIdHex, fileId);
    both(durableHandleRequestV2, `60ea000002000000${'00'.repeat(8)}${key}`, {
      timeout: 60000,
      flags: 2,
      createGuid: guid,
    });
    both(durableHandleResponseV2, '60ea000000000000', { timeout: 60000, flags: 0 });
    both(durableHandleReconnectV2, `${fileIdHex}${key}00000000`, { fileId, createGuid: guid, flags: 0 });
    both(maximalAccessRequest, '', { timestamp: undefined });
    both(maximalAccessRequest, '0100000000000000', { timestamp: 1n });
    both(maximalAccessResponse, '00000000ff011f00', { queryStatus: 0, maximalAccess: 0x1f01ff });
    both(timewarpToken, '0200000000000000', 2n);
    both(onDiskIdResponse, `01000000000000000200000000000000${'00'.repeat(16)}`, { diskFileId: 1n, volumeId: 2n });
    both(lease, `${key}0700000000000000${'00'.repeat(8)}`, { leaseKey: guid, leaseState: 7, leaseFlags: 0 });
    both(lease, `${key}0700000004000000${'00'.repeat(8)}${key}05000000`, {
      leaseKey: guid,
      leaseState: 7,
      leaseFlags: 4,
      parentLeaseKey: guid,
      epoch: 5,
    });
    expect(() => decode(lease, Buffer.alloc(40))).toThrow(WireError);
  });

  it('negotiate contexts', () => {
    both(preauthIntegrityCapabilities, '010004000100aabbccdd', {
      hashAlgorithms: [1],
      salt: Buffer.from('aabbccdd', 'hex'),
    });
    both(encryptionCapabilities, '020002000100', [2, 1]);
    both(netnameContext, '61006200', 'ab');
  });

  it('a chain of create contexts, with GUIDs for names and without data', () => {
    const contexts = [
      { name: 'QFid', data: new Uint8Array(0) },
      { name: guid.toString('latin1'), data: Uint8Array.of(1, 2, 3) },
      { name: 'MxAc', data: Uint8Array.of(9) },
    ];
    const w = new Writer();
    writeCreateContexts(w, contexts);
    const bytes = w.finish().parts[0]!;
    expect(readCreateContexts(bytes).map((c) => [c.name, [...c.data]])).toEqual(
      contexts.map((c) => [c.name, [...c.data]]),
    );
  });

  it('refuses a chain that goes back, leaves its end, or overlaps', () => {
    const good = Buffer.from(
      '180000001000040000000000000000004d784163000000000000000010000400000000000000000051466964',
      'hex',
    );
    expect(readCreateContexts(good)).toHaveLength(2);
    for (const [at, value] of [
      [0, 4],
      [0, 8],
      [0, 25],
      [0, 0xf8],
      [4, 8],
      [6, 200],
      [6, 3],
      [12, 200],
    ] as const) {
      const bad = Buffer.from(good);
      bad[at] = value;
      if (at === 12) bad[10] = 20;
      expect(() => readCreateContexts(bad), `${at} ${value}`).toThrow(WireError);
    }
  });
});

describe('hostile offsets', () => {
  const create = Buffer.from(
    captured['CREATE request']!.find((hex) => hex.length > 300)!,
    'hex',
  );
  const patched = (bytes: Buffer, at: number, value: number, size: 2 | 4): Reader => {
    const copy = Buffer.from(bytes);
    copy.writeUIntLE(value, at, size);
    return new Reader(copy).seek(64);
  };

  it('into the header, the fixed part, beyond the frame, and onto another part', () => {
    for (const offset of [0, 1, 63, 64, 119, 0xffff]) {
      expect(() => createRequest.read(patched(create, 64 + 44, offset, 2)), `${offset}`).toThrow(WireError);
    }
    // The name's length reaches into the contexts.
    expect(() => createRequest.read(patched(create, 64 + 46, 0xf0, 2))).toThrow(WireError);
    for (const offset of [0, 64, 119, 120, 0xffff_ffff]) {
      expect(() => createRequest.read(patched(create, 64 + 48, offset, 4)), `${offset}`).toThrow(WireError);
    }
    expect(() => createRequest.read(patched(create, 64 + 52, 0xffff_ffff, 4))).toThrow(WireError);
  });

  it('IOCTL whose output lies in its input', () => {
    const hex = body(ioctlRequest, {
      ctlCode: 0x140204,
      fileId,
      maxInputResponse: 0,
      maxOutputResponse: 24,
      flags: 1,
      input: Buffer.alloc(24, 1),
      output: new Uint8Array(0),
    });
    const bytes = Buffer.concat([Buffer.alloc(64), Buffer.from(hex, 'hex')]);
    expect(ioctlRequest.read(new Reader(bytes).seek(64)).input).toHaveLength(24);
    bytes.writeUInt32LE(130, 64 + 36);
    bytes.writeUInt32LE(8, 64 + 40);
    expect(() => ioctlRequest.read(new Reader(bytes).seek(64))).toThrow(WireError);
  });
});

describe('compounds', () => {
  const message = (next: number): Buffer => {
    const bytes = Buffer.alloc(72);
    Buffer.from('fe534d424000', 'hex').copy(bytes);
    bytes.writeUInt32LE(next, 20);
    return bytes;
  };

  it('are cut along NextCommand', () => {
    const frame = Buffer.concat([message(72), message(72), message(0)]);
    expect(messageSpans(new Reader(frame), 0, frame.length, 3)).toEqual([
      { start: 0, end: 72 },
      { start: 72, end: 144 },
      { start: 144, end: 216 },
    ]);
    expect(() => messageSpans(new Reader(frame), 0, frame.length, 2)).toThrow(WireError);
  });

  it('are refused with a NextCommand that is small, odd or too large', () => {
    for (const next of [8, 56, 65, 71, 80, 0xffff_fff8]) {
      const frame = message(next);
      expect(() => messageSpans(new Reader(frame), 0, frame.length, 9), `${next}`).toThrow(WireError);
    }
    expect(() => messageSpans(new Reader(Buffer.alloc(30)), 0, 30, 9)).toThrow(WireError);
  });
});

/** Runs a decoder over arbitrary bytes: a value or one WireError. */
function valueOrWireError(run: () => unknown): void {
  try {
    run();
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
  }
}

describe('arbitrary bytes', () => {
  const all: [string, Codec<unknown>, string | undefined][] = [
    ['ERROR', errorResponse, captured['ERROR response']![0]],
    ['break notification', oplockBreakNotification, captured['OPLOCK_BREAK notification']![0]],
    ['lease', lease, undefined],
    ['preauth', preauthIntegrityCapabilities, undefined],
  ];
  for (const [name, code] of Object.entries(Command)) {
    const { request, response } = bodies[code];
    all.push([`${name} request`, request, captured[`${name} request`]?.at(-1)]);
    if (response !== undefined) all.push([`${name} response`, response, captured[`${name} response`]?.at(-1)]);
  }

  for (const [name, codec, sample] of all) {
    it(`${name}: a value or a WireError`, () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
          valueOrWireError(() => codec.read(new Reader(bytes)));
        }),
        { numRuns: 150 },
      );
      if (sample === undefined) return;
      // A real frame with some bytes changed gets further than noise does.
      const frame = Buffer.from(sample, 'hex');
      const change = fc.tuple(fc.nat(frame.length - 1), fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 0x7f, 0x80, 0xff)));
      fc.assert(
        fc.property(fc.array(change, { minLength: 1, maxLength: 8 }), fc.nat(frame.length), (changes, cut) => {
          const bytes = Buffer.from(frame);
          for (const [at, value] of changes) bytes[at] = value;
          valueOrWireError(() => codec.read(new Reader(bytes).seek(64)));
          valueOrWireError(() => codec.read(new Reader(bytes.subarray(0, cut)).seek(64)));
        }),
        { numRuns: 300 },
      );
    });
  }

  it('headers and frames: a value or a WireError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        valueOrWireError(() => decode(header, bytes));
        valueOrWireError(() => decode(transformHeader, bytes));
        valueOrWireError(() => messageSpans(new Reader(bytes), 0, bytes.length, 8));
        valueOrWireError(() => readCreateContexts(bytes));
        valueOrWireError(() => smb1NegotiateDialects(bytes));
      }),
      { numRuns: 500 },
    );
  });

  it('knows its commands', () => {
    expect(isCommand(0x12)).toBe(true);
    expect(isCommand(0x13)).toBe(false);
  });
});
