import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode } from '../messages/whole.ts';
import { NtStatus } from '../nt-status.ts';
import type { RpcPipe } from '../server/pipe-open.ts';
import { StatusError } from '../status.ts';
import { decodeStub, encodeStub } from './ndr/ndr.ts';
import { openPipe } from './open-pipe.ts';
import { bindAck } from './pdu/bind-ack.ts';
import { bindNak } from './pdu/bind-nak.ts';
import { type Bind, bind, type ContextElement } from './pdu/bind.ts';
import { fault, FaultStatus } from './pdu/fault.ts';
import { PduFlag, PduType } from './pdu/header.ts';
import { encodePdu, readPdu } from './pdu/pdu.ts';
import { requestOf } from './pdu/request.ts';
import { response } from './pdu/response.ts';
import { NDR, NO_SYNTAX, type Syntax } from './pdu/syntax.ts';
import { lsarpc } from './lsarpc/lsarpc.ts';
import { netrRemoteTod } from './srvsvc/netr-remote-tod.ts';
import { netrShareEnum } from './srvsvc/netr-share-enum.ts';
import { srvsvc } from './srvsvc/srvsvc.ts';
import { type FakeTenant, fakeContext } from './test/fake-call.ts';

const NDR64: Syntax = { uuid: '71710533-beba-4937-8319-b5dbef9ccc36', major: 1, minor: 0 };
const FEATURES: Syntax = { uuid: '6cb71c2c-9812-4540-0300-000000000000', major: 1, minor: 0 };
const FIRST = PduFlag.FIRST_FRAG;
const LAST = PduFlag.LAST_FRAG;

function pipeOf(tenant: FakeTenant = {}, name = 'srvsvc'): RpcPipe {
  return openPipe(name, fakeContext(tenant))!;
}

const context = (contextId: number, abstractSyntax: Syntax, ...transferSyntaxes: Syntax[]): ContextElement => ({
  contextId,
  abstractSyntax,
  transferSyntaxes,
});

function bindPdu(changes: Partial<Bind> = {}, type: number = PduType.BIND): Uint8Array {
  const value = { maxXmitFrag: 4280, maxRecvFrag: 4280, assocGroupId: 0, contexts: [context(0, srvsvc.syntax, NDR)] };
  return encodePdu(type, 1, bind, { ...value, ...changes });
}

function requestPdu(
  opnum: number,
  stub: Uint8Array,
  { callId = 2, contextId = 0, flags = FIRST | LAST } = {},
): Uint8Array {
  const withObject = (flags & PduFlag.OBJECT_UUID) !== 0;
  const body = { allocHint: 0xffff_ffff, contextId, opnum, stub };
  return encodePdu(PduType.REQUEST, callId, requestOf(withObject), body, flags);
}

/** A PDU with a verifier, whose token is three octets. */
function verified(pdu: Uint8Array): Uint8Array {
  const out = Buffer.concat([pdu, Buffer.from([10, 2, 0, 0, 0, 0, 0, 0, 1, 2, 3])]);
  out.writeUInt16LE(out.length, 8);
  out.writeUInt16LE(3, 10);
  return out;
}

async function exchange(pipe: RpcPipe, pdu: Uint8Array): Promise<ReturnType<typeof readPdu>> {
  const { bytes, more } = await pipe.transceive(pdu, 65_536);
  expect(more).toBe(false);
  return readPdu(bytes);
}

async function bound(tenant: FakeTenant = {}, changes: Partial<Bind> = {}): Promise<RpcPipe> {
  const pipe = pipeOf(tenant);
  expect((await exchange(pipe, bindPdu(changes))).header.type).toBe(PduType.BIND_ACK);
  return pipe;
}

async function faultOf(pipe: RpcPipe, pdu: Uint8Array): Promise<number> {
  const { header, body } = await exchange(pipe, pdu);
  expect(header.type).toBe(PduType.FAULT);
  return decode(fault, body).status;
}

/** Reads what waits, in fragments as a client puts them together. */
function wholeAnswer(pipe: RpcPipe, max: number): { readonly stub: Buffer; readonly lengths: readonly number[] } {
  const stubs: Uint8Array[] = [];
  const lengths: number[] = [];
  for (;;) {
    const parts: Uint8Array[] = [];
    for (let more = true; more;) {
      const part = pipe.read(max)!;
      expect(part.bytes.length).toBeLessThanOrEqual(max);
      parts.push(part.bytes);
      ({ more } = part);
    }
    const { header, body } = readPdu(Buffer.concat(parts));
    lengths.push(header.fragLength);
    expect((header.flags & FIRST) !== 0).toBe(stubs.length === 0);
    const { stub, allocHint } = decode(response, body);
    stubs.push(stub);
    if ((header.flags & LAST) !== 0) {
      expect(allocHint).toBe(stub.length);
      return { stub: Buffer.concat(stubs), lengths };
    }
    expect(stub.length % 8).toBe(0);
  }
}

const timeOfDay = encodeStub(netrRemoteTod.request, { serverName: undefined }, 100);
const shareEnum = encodeStub(
  netrShareEnum.request,
  {
    serverName: '\\\\nas',
    infoStruct: { selector: 1, arm: { buffer: undefined } },
    preferedMaximumLength: 0xffff_ffff,
    resumeHandle: 0,
  },
  1000,
);

it('pipes are found in any case of letters, and only those that there are', () => {
  for (const name of ['srvsvc', 'SRVSVC', 'wkssvc', 'LsaRpc']) expect(openPipe(name, fakeContext())).toBeDefined();
  for (const name of ['', 'samr', 'netlogon', 'spoolss', 'srvsvc ', '__proto__', 'constructor']) {
    expect(openPipe(name, fakeContext()), name).toBeUndefined();
  }
});

describe('bind', () => {
  const bindTo = async (changes: Partial<Bind>) => decode(bindAck, (await exchange(pipeOf(), bindPdu(changes))).body);

  it('accepts NDR, and refuses what is not spoken here with its reason', async () => {
    const contexts = [
      context(0, srvsvc.syntax, NDR),
      context(1, srvsvc.syntax, NDR64),
      context(2, srvsvc.syntax, FEATURES),
      context(3, lsarpc.syntax, NDR),
      context(4, { ...srvsvc.syntax, major: 4 }, NDR),
      context(5, { ...srvsvc.syntax, minor: 1 }, NDR),
      context(6, srvsvc.syntax, NDR64, NDR),
    ];
    const { results, address, assocGroupId } = await bindTo({ contexts });
    expect(results).toEqual([
      { result: 0, reason: 0, transferSyntax: NDR },
      { result: 2, reason: 2, transferSyntax: NO_SYNTAX },
      { result: 3, reason: 0, transferSyntax: NO_SYNTAX },
      { result: 2, reason: 1, transferSyntax: NO_SYNTAX },
      { result: 2, reason: 1, transferSyntax: NO_SYNTAX },
      { result: 2, reason: 1, transferSyntax: NO_SYNTAX },
      { result: 0, reason: 0, transferSyntax: NDR },
    ]);
    expect(address).toBe('\\PIPE\\srvsvc');
    expect(assocGroupId).not.toBe(0);
  });

  it('agrees on fragments that both sides take', async () => {
    expect(await bindTo({ maxXmitFrag: 65_535, maxRecvFrag: 2000 })).toMatchObject({
      maxXmitFrag: 2000,
      maxRecvFrag: 5840,
    });
    expect(await bindTo({ maxXmitFrag: 0, maxRecvFrag: 1 })).toMatchObject({ maxXmitFrag: 1432, maxRecvFrag: 1432 });
    expect(await bindTo({ assocGroupId: 77 })).toMatchObject({ assocGroupId: 77 });
  });

  it('keeps few contexts', async () => {
    const contexts = Array.from({ length: 10 }, (_, index) => context(index, srvsvc.syntax, NDR));
    const { results } = await bindTo({ contexts });
    expect(results.map(({ reason }) => reason)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 3, 3]);
  });

  it('with a verifier is answered with bind_nak, and may be tried again without', async () => {
    const pipe = pipeOf();
    const { header, body } = await exchange(pipe, verified(bindPdu()));
    expect(header.type).toBe(PduType.BIND_NAK);
    expect(decode(bindNak, body)).toEqual({ reason: 8, versions: [[5, 0]] });
    expect((await exchange(pipe, bindPdu())).header.type).toBe(PduType.BIND_ACK);
  });

  it('is followed by alter_context for further contexts', async () => {
    const pipe = await bound();
    const { header, body } = await exchange(
      pipe,
      bindPdu({ contexts: [context(7, srvsvc.syntax, NDR)] }, PduType.ALTER_CONTEXT),
    );
    expect(header.type).toBe(PduType.ALTER_CONTEXT_RESP);
    expect(decode(bindAck, body)).toMatchObject({ address: '', results: [{ result: 0 }] });
    const answer = await exchange(pipe, requestPdu(28, timeOfDay, { contextId: 7 }));
    expect(answer.header.type).toBe(PduType.RESPONSE);
    expect(await faultOf(pipe, verified(bindPdu({}, PduType.ALTER_CONTEXT)))).toBe(FaultStatus.ACCESS_DENIED);
  });
});

describe('requests', () => {
  it('are answered with the call id and context that they have', async () => {
    const pipe = await bound();
    const { header, body } = await exchange(pipe, requestPdu(28, timeOfDay, { callId: 99 }));
    expect(header).toMatchObject({ type: PduType.RESPONSE, callId: 99, flags: FIRST | LAST });
    expect(decodeStub(netrRemoteTod.response, decode(response, body).stub)).toMatchObject({ status: 0 });
  });

  it('may name an object, which nobody looks at', async () => {
    const pipe = await bound();
    const pdu = requestPdu(28, timeOfDay, { flags: FIRST | LAST | PduFlag.OBJECT_UUID });
    expect((await exchange(pipe, pdu)).header.type).toBe(PduType.RESPONSE);
  });

  it('have faults for what cannot be called', async () => {
    const pipe = await bound();
    expect(await faultOf(pipe, requestPdu(33, timeOfDay))).toBe(FaultStatus.OPERATION_RANGE);
    expect(await faultOf(pipe, requestPdu(28, timeOfDay, { contextId: 1 }))).toBe(FaultStatus.UNKNOWN_INTERFACE);
    expect(await faultOf(pipe, requestPdu(15, shareEnum.subarray(0, 20)))).toBe(FaultStatus.BAD_STUB_DATA);
    expect(await faultOf(pipe, verified(requestPdu(28, timeOfDay)))).toBe(FaultStatus.ACCESS_DENIED);
    expect((await exchange(pipe, requestPdu(28, timeOfDay))).header.type).toBe(PduType.RESPONSE);
  });

  it('that fail by a mistake of ours are told to the observer and to the client', async () => {
    const faults: unknown[] = [];
    const mistake = new Error('mistake');
    const now = (): number => {
      throw mistake;
    };
    const broken = { ...fakeContext({}, (error) => faults.push(error)), clock: { now } };
    const pipe = openPipe('srvsvc', broken)!;
    await exchange(pipe, bindPdu());
    expect(await faultOf(pipe, requestPdu(28, timeOfDay))).toBe(FaultStatus.UNSPECIFIED);
    expect(faults).toEqual([mistake]);
  });

  it('come in fragments, with other writes than one PDU each', async () => {
    const pipe = await bound({ shares: ['data'] });
    const pieces = [0, 8, 30, 31].map((at, index, all) => {
      const flags = (index === 0 ? FIRST : 0) | (index === all.length - 1 ? LAST : 0);
      return requestPdu(15, shareEnum.subarray(at, all[index + 1]), { flags });
    });
    const bytes = Buffer.concat(pieces);
    for (let at = 0; at < bytes.length; at += 23) {
      expect(pipe.waiting).toBe(0);
      await pipe.write(bytes.subarray(at, at + 23));
    }
    const { stub } = wholeAnswer(pipe, 4096);
    expect(decodeStub(netrShareEnum.response, stub).totalEntries).toBe(2);
    expect(pipe.waiting).toBe(0);
  });

  it('are dropped when the client orphans them', async () => {
    const pipe = await bound();
    await pipe.write(requestPdu(28, timeOfDay, { flags: FIRST, callId: 5 }));
    await pipe.write(encodePdu(PduType.CO_CANCEL, 5, bindNak, { reason: 0, versions: [] }));
    await pipe.write(encodePdu(PduType.ORPHANED, 5, bindNak, { reason: 0, versions: [] }));
    expect((await exchange(pipe, requestPdu(28, timeOfDay))).header.callId).toBe(2);
  });

  it('longer than what is kept have a fault, and do no harm', async () => {
    const pipe = await bound();
    const part = new Uint8Array(4000);
    for (let index = 0; index < 40; index++) await pipe.write(requestPdu(15, part, { flags: index === 0 ? FIRST : 0 }));
    expect(await faultOf(pipe, requestPdu(15, part, { flags: LAST }))).toBe(FaultStatus.REMOTE_NO_MEMORY);
    expect((await exchange(pipe, requestPdu(28, timeOfDay))).header.type).toBe(PduType.RESPONSE);
  });
});

describe('answers', () => {
  const shares = Array.from({ length: 500 }, (_, index) => `share-${index}`);

  it.each([1432, 2001, 4280, 65_535])('are cut into fragments of %i that the client takes', async (maxRecvFrag) => {
    const pipe = await bound({ shares }, { maxRecvFrag });
    await pipe.write(requestPdu(15, shareEnum));
    const { stub, lengths } = wholeAnswer(pipe, 1000);
    expect(decodeStub(netrShareEnum.response, stub).totalEntries).toBe(501);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(Math.min(maxRecvFrag, 5840));
    expect(Math.max(...lengths)).toBeGreaterThan(Math.min(maxRecvFrag, 5840) - 8);
    expect(pipe.read(1000)).toBeUndefined();
  });

  it('are read in parts, each fragment a message', async () => {
    const pipe = await bound({ shares });
    const { bytes, more } = await pipe.transceive(requestPdu(15, shareEnum), 16);
    expect([bytes.length, more]).toEqual([16, true]);
    const { waiting } = pipe;
    expect(pipe.read(100_000)).toMatchObject({ more: false, bytes: { length: readLength(bytes) - 16 } });
    expect(pipe.waiting).toBe(waiting - readLength(bytes) + 16);
  });

  it('that nobody reads end the writing', async () => {
    const pipe = await bound({ shares });
    let writes = 0;
    await expect(
      (async () => {
        for (; writes < 100; writes++) await pipe.write(requestPdu(15, shareEnum));
      })(),
    ).rejects.toThrow(new StatusError(NtStatus.INSUFFICIENT_RESOURCES));
    expect(writes).toBeLessThan(10);
    while (pipe.waiting > 0) pipe.read(100_000);
    await pipe.write(requestPdu(28, timeOfDay));
  });

  it('of all pipes of a server together are bounded', async () => {
    const many = Array.from({ length: 30_000 }, (_, index) => `a-share-with-a-rather-long-name-${index}`);
    const context = fakeContext({ shares: many });
    const pipes: RpcPipe[] = [];
    let status: number | undefined;
    while (status === undefined && pipes.length < 100) {
      const pipe = openPipe('srvsvc', context)!;
      pipes.push(pipe);
      await exchange(pipe, bindPdu());
      const { bytes } = await pipe.transceive(requestPdu(15, shareEnum), 65_536);
      const { header, body } = readPdu(bytes);
      if (header.type === PduType.FAULT) ({ status } = decode(fault, body));
    }
    expect(status).toBe(FaultStatus.REMOTE_NO_MEMORY);
    for (const pipe of pipes) pipe.close();
    const again = openPipe('srvsvc', context)!;
    await exchange(again, bindPdu());
    await again.write(requestPdu(15, shareEnum));
    expect(again.waiting).toBeGreaterThan(1024 * 1024);
    again.close();
  });

  it('go to the reads that wait for them, in order', async () => {
    const pipe = await bound({ shares });
    const { signal } = new AbortController();
    const cancelled = new AbortController();
    const reads = [16, 100_000, 100_000].map((max) => pipe.readNext(max, signal));
    const gone = pipe.readNext(1, cancelled.signal);
    const last = pipe.readNext(1, signal);
    cancelled.abort();
    await expect(gone).rejects.toThrow(new StatusError(NtStatus.CANCELLED));
    await expect(pipe.readNext(1, cancelled.signal)).rejects.toThrow(new StatusError(NtStatus.CANCELLED));
    await pipe.write(requestPdu(28, timeOfDay, { callId: 7 }));
    expect(await reads[0]).toMatchObject({ more: true, bytes: { length: 16 } });
    expect(await reads[1]).toMatchObject({ more: false });
    await pipe.write(requestPdu(28, timeOfDay, { callId: 8 }));
    expect(readPdu((await reads[2]!).bytes).header.callId).toBe(8);
    pipe.close();
    await expect(last).rejects.toThrow(new StatusError(NtStatus.PIPE_DISCONNECTED));
    await expect(pipe.readNext(1, signal)).rejects.toThrow(new StatusError(NtStatus.PIPE_DISCONNECTED));
  });

  it('that wait already are read at once', async () => {
    const pipe = await bound();
    await pipe.write(requestPdu(28, timeOfDay));
    const { bytes } = await pipe.readNext(100_000, new AbortController().signal);
    expect(readPdu(bytes).header.type).toBe(PduType.RESPONSE);
  });

  it('that will not come are not waited for', async () => {
    const pipe = await bound();
    const begun = pipe.transceive(requestPdu(28, timeOfDay, { flags: FIRST }), 1000);
    await expect(begun).rejects.toThrow(new StatusError(NtStatus.IO_TIMEOUT));
  });
});

function readLength(bytes: Uint8Array): number {
  return Buffer.from(bytes).readUInt16LE(8);
}

const disconnected = new StatusError(NtStatus.PIPE_DISCONNECTED);

function patched(pdu: Uint8Array, at: number, ...octets: number[]): Uint8Array {
  const out = new Uint8Array(pdu);
  out.set(octets, at);
  return out;
}

describe('a pipe is disconnected by', () => {
  const request = requestPdu(28, timeOfDay);
  it.each<[string, Uint8Array]>([
    ['another version', patched(request, 0, 4)],
    ['big-endian integers', patched(request, 4, 0)],
    ['a fragment shorter than its header', patched(request, 8, 15, 0)],
    ['a fragment longer than agreed', patched(request, 8, 0xd1, 0x16)],
    ['a verifier longer than the fragment', patched(request, 10, 0xff, 0xff)],
    ['a PDU of the server', patched(request, 2, PduType.RESPONSE)],
    ['a PDU that there is not', patched(request, 2, 99)],
    ['a second bind', bindPdu()],
    ['a bind without its end', bindPdu().with(24, 2)],
    ['a fragment that nothing was begun for', requestPdu(28, timeOfDay, { flags: LAST })],
  ])('%s', async (_name, pdu) => {
    const pipe = await bound();
    await expect(pipe.write(pdu)).rejects.toThrow(disconnected);
    await expect(pipe.write(request)).rejects.toThrow(disconnected);
    expect(pipe.read(10)).toBeUndefined();
  });

  it('requests before bind, or mixed with others', async () => {
    await expect(pipeOf().write(request)).rejects.toThrow(disconnected);
    await expect(pipeOf().write(bindPdu({}, PduType.ALTER_CONTEXT))).rejects.toThrow(disconnected);
    const mixed = await bound();
    await mixed.write(requestPdu(28, timeOfDay, { flags: FIRST, callId: 5 }));
    await expect(mixed.write(requestPdu(28, timeOfDay, { flags: LAST, callId: 6 }))).rejects.toThrow(disconnected);
    const twice = await bound();
    await twice.write(requestPdu(28, timeOfDay, { flags: FIRST, callId: 5 }));
    await expect(twice.write(requestPdu(28, timeOfDay, { flags: FIRST, callId: 5 }))).rejects.toThrow(disconnected);
  });

  it('more than a fragment at once, or calls behind an answer that is long', async () => {
    const small = requestPdu(28, timeOfDay);
    const many = Buffer.concat(Array.from({ length: 300 }, () => small));
    await expect((await bound()).write(many)).rejects.toThrow(disconnected);
    const shares = Array.from({ length: 2000 }, (_, index) => `share-${index}`);
    const two = Buffer.concat([requestPdu(15, shareEnum), small]);
    await expect((await bound({ shares })).write(two)).rejects.toThrow(disconnected);
    await (await bound()).write(two);
  });

  it('its close', async () => {
    const pipe = await bound();
    await pipe.write(request);
    pipe.close();
    expect(pipe.waiting).toBe(0);
    await expect(pipe.write(request)).rejects.toThrow(disconnected);
  });
});

/** Writes; anything but a status of the pipe fails the property (the observer's `fault` throws). */
async function tolerate(pipe: RpcPipe, bytes: Uint8Array): Promise<void> {
  try {
    await pipe.write(bytes);
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
  }
}

describe('whatever is written', () => {
  it('random octets never do more than disconnect', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 5 }), async (writes) => {
        const pipe = pipeOf();
        for (const bytes of writes) await tolerate(pipe, bytes);
        while (pipe.read(50) !== undefined);
      }),
      { numRuns: 500 },
    );
  });

  it('changed conversations never do more than disconnect', async () => {
    const conversation = [bindPdu(), requestPdu(15, shareEnum), requestPdu(28, timeOfDay, { callId: 3 })];
    const all = Buffer.concat(conversation);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(all.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        async (changes) => {
          const bytes = Buffer.from(all);
          for (const [at, value] of changes) bytes[at] = value;
          const pipe = pipeOf({ shares: ['data'] });
          await tolerate(pipe, bytes);
          while (pipe.read(4096) !== undefined);
        },
      ),
      { numRuns: 1000 },
    );
  });
});
