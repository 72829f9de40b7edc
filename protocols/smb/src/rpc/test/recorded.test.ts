import { readFileSync } from 'node:fs';
import { WireError } from '@polynas/core/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Codec } from '../../messages/codec.ts';
import { decode } from '../../messages/whole.ts';
import { lsarpc } from '../lsarpc/lsarpc.ts';
import { decodeStub, encodeStub, type Ndr } from '../ndr/ndr.ts';
import { bindAck } from '../pdu/bind-ack.ts';
import { bind } from '../pdu/bind.ts';
import { fault } from '../pdu/fault.ts';
import { encodePdu, readPdu } from '../pdu/pdu.ts';
import { requestOf } from '../pdu/request.ts';
import { response } from '../pdu/response.ts';
import type { RpcInterface } from '../rpc-interface.ts';
import { srvsvc } from '../srvsvc/srvsvc.ts';
import { wkssvc } from '../wkssvc/wkssvc.ts';

/** PDUs between rpcclient, Samba's Python bindings and smbd 4.17, by what they are. */
const captures = JSON.parse(readFileSync(new URL('captures/smbd.json', import.meta.url), 'utf8')) as Record<
  string,
  string[]
>;

const services: Readonly<Record<string, RpcInterface>> = { srvsvc, wkssvc, lsarpc };
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** Referent ids as ours: a server may go on where the request's end. Any other difference stays. */
function renumbered(recorded: Uint8Array, ours: Uint8Array): string {
  const [from, to] = [Buffer.from(recorded), Buffer.from(ours)];
  let shift: number | undefined;
  for (let at = 0; at + 4 <= Math.min(from.length, to.length); at += 4) {
    const [theirs, own] = [from.readUInt32LE(at), to.readUInt32LE(at)];
    if (theirs === own || theirs >>> 16 !== 2 || own >>> 16 !== 2) continue;
    shift ??= theirs - own;
    from.writeUInt32LE(theirs - shift, at);
  }
  return hex(from);
}

/** Takes a PDU apart and puts it together again. */
function reencoded<T>(bytes: Uint8Array, body: Codec<T>): { readonly value: T; readonly again: string } {
  const pdu = readPdu(bytes);
  const value = decode(body, pdu.body);
  return { value, again: hex(encodePdu(pdu.header.type, pdu.header.callId, body, value, pdu.header.flags)) };
}

const bodies: Readonly<Record<string, Codec<unknown>>> = { bind, bind_ack: bindAck, fault };

describe.each(Object.entries(captures))('%s', (name, pdus) => {
  const [service, opnum, direction] = name.split(' ') as [string, string?, string?];
  it.each(pdus.map((pdu, index): [number, string] => [index, pdu]))(
    '%i is decoded and encoded to the same bytes',
    (_index, pdu) => {
      const bytes = Buffer.from(pdu, 'hex');
      if (direction === undefined) return expect(reencoded(bytes, bodies[service]!).again).toBe(pdu);
      const operation = services[service]!.operations.get(Number(opnum))!;
      const { value, again } = reencoded<{ readonly stub: Uint8Array }>(
        bytes,
        direction === 'request' ? requestOf(false) : response,
      );
      expect(again).toBe(pdu);
      const type = direction === 'request' ? operation.request : operation.response;
      const stub = encodeStub(type, decodeStub(type, value.stub), 65_536);
      return expect(hex(stub)).toBe(renumbered(value.stub, stub));
    },
  );
});

it('the answers of smbd mean what its configuration says', () => {
  const decoded = (name: string): unknown[] => {
    const [service, opnum] = name.split(' ') as [string, string];
    const type = services[service]!.operations.get(Number(opnum))!.response;
    return captures[name]!.map((pdu) => decodeStub(type, decode(response, readPdu(Buffer.from(pdu, 'hex')).body).stub));
  };
  expect(decoded('srvsvc 15 response')).toContainEqual({
    infoStruct: {
      selector: 1,
      arm: {
        buffer: [
          { netname: 'data', type: 0, remark: 'Some data' },
          { netname: 'more', type: 0, remark: '' },
          { netname: 'IPC$', type: 0x8000_0003, remark: 'IPC Service (Samba 4.17.12-Debian)' },
        ],
      },
    },
    totalEntries: 3,
    resumeHandle: 0,
    status: 0,
  });
  expect(decoded('lsarpc 15 response')).toContainEqual({
    referencedDomains: {
      domains: [
        { name: 'Unix User', sid: 'S-1-22-1' },
        { name: 'BUILTIN', sid: 'S-1-5-32' },
        { name: '', sid: 'S-1-5-21-1-2-3' },
      ],
      maxEntries: 32,
    },
    translatedNames: {
      names: [
        { use: 1, name: 'root', domainIndex: 0 },
        { use: 4, name: 'Administrators', domainIndex: 1 },
        { use: 8, name: 'S-1-5-21-1-2-3-4', domainIndex: -1 },
      ],
    },
    mappedCount: 2,
    status: 0x107,
  });
});

/** Decodes; anything but a `WireError` fails. */
function tolerate(type: Ndr<unknown>, stub: Uint8Array): void {
  try {
    decodeStub(type, stub);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
  }
}

/** Counts and lengths that lie, in each place that a count can have. */
const HOSTILE = [0, 1, 3, 0x7fff, 0xffff, 0x0002_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, 0xffff_ffff];

describe.each(Object.entries(captures).filter(([name]) => name.includes(' ')))('%s, distorted', (name, pdus) => {
  const [service, opnum, direction] = name.split(' ') as [string, string, string];
  const operation = services[service]!.operations.get(Number(opnum))!;
  const type = direction === 'request' ? operation.request : operation.response;
  const stubs = pdus.map((pdu) => Buffer.from(pdu, 'hex').subarray(24));

  it('is refused or read, whatever its words say', () => {
    for (const stub of stubs.slice(0, 4)) {
      for (let at = 0; at + 4 <= Math.min(stub.length, 400); at += 2) {
        for (const value of HOSTILE) {
          const bad = Buffer.from(stub);
          bad.writeUInt32LE(value, at);
          tolerate(type, bad);
        }
      }
    }
  });

  it('is refused when it ends before its end', () => {
    for (const stub of stubs) {
      for (const end of [0, stub.length >> 2, stub.length >> 1, stub.length - 3]) {
        expect(() => decodeStub(type, stub.subarray(0, end)), `${end} of ${stub.length}`).toThrow(WireError);
      }
    }
  });

  it('may be random octets', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (stub) => tolerate(type, stub)),
      { numRuns: 200 },
    );
  });
});
