import { WireError } from '@polynas/core/wire';
import { describe, expect, it } from 'vitest';
import { Command } from '../messages/command.ts';
import { type FileId, RELATED_FILE_ID } from '../messages/file-id.ts';
import { HeaderFlag } from '../messages/header.ts';
import { SigningAlgorithm } from '../messages/negotiate-contexts/signing.ts';
import { NtStatus } from '../nt-status.ts';
import { StatusError } from '../status.ts';
import { type Asked, DispatcherBench, SESSION, TREE } from '../test/dispatcher-bench.ts';
import type { Rows } from './call.ts';
import type { CommandContext, OpenContext } from './command-row.ts';
import { ConnectionEnded } from './connection-ended.ts';
import type { SmbOpen } from './open.ts';

const RELATED = HeaderFlag.RELATED_OPERATIONS;
const ok = NtStatus.SUCCESS;

const create: Asked = {
  command: Command.CREATE,
  body: {
    ...{ requestedOplockLevel: 0, impersonationLevel: 2, desiredAccess: 1, fileAttributes: 0, shareAccess: 7 },
    ...{ createDisposition: 1, createOptions: 0, name: 'name', createContexts: [] },
  },
};
const flush = (fileId: FileId): Asked => ({ command: Command.FLUSH, body: { fileId } });
const close = (fileId: FileId): Asked => ({ command: Command.CLOSE, body: { flags: 0, fileId } });
const echo: Asked = { command: Command.ECHO, body: {} };
const related = (asked: Asked): Asked => ({
  ...asked,
  header: { flags: RELATED, sessionId: 0xffff_ffff_ffff_ffffn, treeId: 0xffff_ffff, ...asked.header },
});
const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const createResponse = (fileId: FileId): object => ({
  ...{ oplockLevel: 0, flags: 0, createAction: 1, creationTime: 0n, lastAccessTime: 0n, lastWriteTime: 0n },
  ...{ changeTime: 0n, allocationSize: 0, endOfFile: 0, fileAttributes: 0, fileId, createContexts: [] },
});
const idOf = (volatile: bigint): FileId => ({ persistent: volatile + 100n, volatile });

/** Rows of a server whose opens are numbers. */
function simple(changes: Record<number, object> = {}): Rows {
  let last = 0n;
  const openOfRequest = (request: { fileId: FileId }): FileId => request.fileId;
  return {
    [Command.ECHO]: { needs: 'connection', handle: () => ({}) },
    [Command.CREATE]: {
      needs: 'tree',
      handle({ session }: OpenContext) {
        const fileId = idOf((last += 1n));
        const open = { kind: 'pipe', fileId, treeId: TREE, close: () => Promise.resolve() } as unknown as SmbOpen;
        session.opens.set(fileId.volatile, open);
        return createResponse(fileId);
      },
    },
    [Command.FLUSH]: { needs: 'open', fileId: openOfRequest, handle: () => ({}) },
    [Command.CLOSE]: {
      needs: 'open',
      fileId: openOfRequest,
      handle({ session, open }: OpenContext) {
        session.opens.delete(open.fileId.volatile);
        const times = { creationTime: 0n, lastAccessTime: 0n, lastWriteTime: 0n, changeTime: 0n };
        return { flags: 0, ...times, allocationSize: 0, endOfFile: 0, fileAttributes: 0 };
      },
    },
    ...changes,
  } as unknown as Rows;
}

const statuses = (bench: DispatcherBench): number[] => bench.responses.map(({ status }) => status);

describe('preconditions', () => {
  it.each([
    ['another session', { sessionId: 5n }, NtStatus.USER_SESSION_DELETED],
    ['another tree', { treeId: 6 }, NtStatus.NETWORK_NAME_DELETED],
    ['none', {}, NtStatus.FILE_CLOSED],
  ])('with %s', (_what, header, status) => {
    const bench = new DispatcherBench(simple());
    bench.ask({ ...flush(idOf(9n)), header });
    expect(statuses(bench)).toEqual([status]);
  });

  it('an open belongs to its tree, and both halves of its FileId count', () => {
    const bench = new DispatcherBench(simple());
    bench.session.trees.set(6, { kind: 'pipe', id: 6, maximalAccess: 0 });
    bench.ask(create);
    bench.ask(flush(idOf(1n)));
    bench.ask({ ...flush(idOf(1n)), header: { treeId: 6 } });
    bench.ask(flush({ persistent: 1n, volatile: 1n }));
    expect(statuses(bench)).toEqual([ok, ok, NtStatus.FILE_CLOSED, NtStatus.FILE_CLOSED]);
  });

  it('commands that are not served, not there, or garbled', () => {
    const bench = new DispatcherBench(simple());
    bench.ask({ command: Command.LOGOFF, body: {} });
    bench.ask({ ...echo, header: { command: 0x13 } });
    bench.ask({ ...flush(idOf(1n)), header: { command: Command.CREATE } });
    bench.ask({ ...echo, header: { flags: HeaderFlag.ASYNC_COMMAND, asyncId: 1n } });
    expect(statuses(bench)).toEqual([
      NtStatus.NOT_SUPPORTED,
      NtStatus.INVALID_PARAMETER,
      NtStatus.INVALID_PARAMETER,
      NtStatus.INVALID_PARAMETER,
    ]);
  });

  it('what a handler throws', () => {
    const thrown = [new StatusError(NtStatus.DELETE_PENDING), new WireError('nested'), new Error('ours')];
    const handle = (): never => {
      throw thrown.shift()!;
    };
    const bench = new DispatcherBench(simple({ [Command.ECHO]: { needs: 'connection', handle } }));
    for (let index = 0; index < 3; index++) bench.ask(echo);
    expect(statuses(bench)).toEqual([NtStatus.DELETE_PENDING, NtStatus.INVALID_PARAMETER, NtStatus.INTERNAL_ERROR]);
    expect(bench.faults).toHaveLength(1);
  });

  it('a body that cannot be encoded is a fault, and answered', () => {
    const row = { needs: 'tree', handle: () => ({ nonsense: true }) };
    const bench = new DispatcherBench(simple({ [Command.CREATE]: row }));
    bench.ask(create);
    bench.ask(echo);
    expect(statuses(bench)).toEqual([NtStatus.INTERNAL_ERROR, ok]);
    expect(bench.faults).toHaveLength(1);
  });
});

describe('credits', () => {
  const read = (length: number, creditCharge: number): Asked => ({
    command: Command.READ,
    body: {
      ...{ padding: 0, flags: 0, length, offset: 0, fileId: idOf(1n), minimumCount: 0, channel: 0 },
      ...{ remainingBytes: 0, readChannelInfo: new Uint8Array(0) },
    },
    header: { creditCharge },
  });
  const row = {
    needs: 'tree',
    payload: ({ length }: { length: number }) => ({ send: 0, response: length }),
    handle: () => ({ dataRemaining: 0, data: new Uint8Array(0) }),
  };
  const rows = simple({ [Command.READ]: row });

  it('a charge below the payload is refused', () => {
    const bench = new DispatcherBench(rows);
    for (const [length, charge] of [
      [65_536, 0],
      [65_537, 1],
      [65_537, 2],
      [1_048_576, 16],
      [1_048_577, 16],
    ] as const) {
      bench.ask(read(length, charge));
    }
    const no = NtStatus.INVALID_PARAMETER;
    expect(statuses(bench)).toEqual([ok, no, ok, ok, no]);
  });

  it('a compound promises no more than a frame holds', () => {
    const bench = new DispatcherBench(rows);
    bench.ask(read(8 << 20, 128), read(8 << 20, 128), echo);
    expect(statuses(bench)).toEqual([ok, NtStatus.INSUFFICIENT_RESOURCES, ok]);
  });

  it('an id that was used, or never granted, ends the connection', () => {
    const bench = new DispatcherBench(rows, { maxCredits: 32 });
    bench.ask({ ...echo, header: { messageId: 3n } });
    expect(bench.responses[0]!.header.credits).toBe(0);
    expect(() => bench.ask({ ...echo, header: { messageId: 3n } })).toThrow(ConnectionEnded);
    expect(() => bench.ask({ ...echo, header: { messageId: 32n } })).toThrow(ConnectionEnded);
    bench.ask({ ...echo, header: { messageId: 0n } });
    expect(bench.responses[1]!.header.credits).toBe(1);
  });
});

describe('a compound', () => {
  it('that is related inherits session, tree and open, and is answered in one frame', async () => {
    const bench = new DispatcherBench(simple());
    bench.ask(create, related(flush(RELATED_FILE_ID)), related(close(RELATED_FILE_ID)));
    await tick();
    expect(bench.sent.map((frame) => frame.length)).toEqual([3]);
    expect(statuses(bench)).toEqual([ok, ok, ok]);
    for (const { header, signed } of bench.responses) {
      expect(header).toMatchObject({ sessionId: SESSION, treeId: TREE });
      expect(signed).toBe(true);
    }
    expect(bench.responses.map(({ header }) => header.flags & RELATED)).toEqual([0, RELATED, RELATED]);
    expect(bench.session.opens.size).toBe(0);
  });

  it('after a CREATE that failed, what needs its open fails alike', async () => {
    const handle = (): Promise<never> => Promise.reject(new StatusError(NtStatus.OBJECT_NAME_NOT_FOUND));
    const bench = new DispatcherBench(simple({ [Command.CREATE]: { needs: 'tree', handle } }));
    bench.ask(create, related(flush(RELATED_FILE_ID)), related(echo), related(close(RELATED_FILE_ID)));
    await tick();
    const no = NtStatus.OBJECT_NAME_NOT_FOUND;
    expect(statuses(bench)).toEqual([no, no, ok, no]);
  });

  it('after another failure, the open is still there', async () => {
    const handle = (): Promise<never> => Promise.reject(new StatusError(NtStatus.ACCESS_DENIED));
    const row = { needs: 'open', fileId: (request: { fileId: FileId }) => request.fileId, handle };
    const bench = new DispatcherBench(simple({ [Command.FLUSH]: row }));
    bench.ask(create, related(flush(RELATED_FILE_ID)), related(close(RELATED_FILE_ID)));
    await tick();
    expect(statuses(bench)).toEqual([ok, NtStatus.ACCESS_DENIED, ok]);
  });

  it('an open named in full is inherited as well', async () => {
    const bench = new DispatcherBench(simple());
    bench.ask(create);
    bench.ask(flush(idOf(1n)), related(close(RELATED_FILE_ID)));
    await tick();
    expect(statuses(bench)).toEqual([ok, ok, ok]);
  });

  it('that is not related fails one by one', async () => {
    const bench = new DispatcherBench(simple());
    bench.ask(flush(idOf(3n)), echo, close(RELATED_FILE_ID));
    await tick();
    expect(statuses(bench)).toEqual([NtStatus.FILE_CLOSED, ok, NtStatus.FILE_CLOSED]);
  });

  it('that begins with a related message', async () => {
    const bench = new DispatcherBench(simple());
    bench.ask(related(flush(RELATED_FILE_ID)), related(close(RELATED_FILE_ID)));
    await tick();
    expect(statuses(bench)).toEqual([NtStatus.INVALID_PARAMETER, NtStatus.INVALID_PARAMETER]);
  });

  it('related to a session that is not there', async () => {
    const bench = new DispatcherBench(simple());
    bench.ask({ ...create, header: { sessionId: 8n } }, related(flush(RELATED_FILE_ID)));
    await tick();
    expect(statuses(bench)).toEqual([NtStatus.USER_SESSION_DELETED, NtStatus.INVALID_PARAMETER]);
  });
});

/** A CREATE that is answered when the test says so, or when it is aborted. */
function slow(explicit: boolean) {
  const gates: PromiseWithResolvers<object>[] = [];
  const handle = (context: CommandContext): Promise<object> => {
    const gate = Promise.withResolvers<object>();
    gates.push(gate);
    context.signal.addEventListener('abort', () => gate.reject(context.signal.reason as Error));
    if (explicit) context.pending();
    return gate.promise;
  };
  return { gates, rows: simple({ [Command.CREATE]: { needs: 'tree', handle } }) };
}

describe('a request that waits', () => {
  it.each([true, false])('is answered twice (told by the handler: %s)', async (explicit) => {
    const { gates, rows } = slow(explicit);
    const bench = new DispatcherBench(rows);
    const [id] = bench.ask(create);
    bench.ask(echo);
    if (!explicit) {
      expect(statuses(bench)).toEqual([ok]);
      bench.clock.advance(499);
      expect(bench.sent).toHaveLength(1);
      bench.clock.advance(1);
    }
    const interim = bench.responses.find(({ status }) => status === NtStatus.PENDING)!;
    expect(interim.header).toMatchObject({ messageId: id, asyncId: 1n, sessionId: SESSION });
    expect(interim.signed).toBe(true);
    bench.clock.advance(10_000);
    gates[0]!.resolve(createResponse(idOf(1n)));
    await tick();
    const last = bench.responses.at(-1)!;
    expect(last).toMatchObject({ status: ok, signed: true });
    expect(last.header).toMatchObject({ messageId: id, asyncId: 1n, credits: 0 });
    expect(bench.dispatcher.active).toBe(0);
    expect(bench.waiting).toBe(0);
  });

  it('is answered unsigned at first where both answers would be signed under one nonce', async () => {
    const { gates, rows } = slow(true);
    const bench = new DispatcherBench(rows, {}, SigningAlgorithm.AES_GMAC);
    bench.ask(create);
    gates[0]!.resolve(createResponse(idOf(1n)));
    await tick();
    expect(bench.responses.map(({ status, signed }) => [status, signed])).toEqual([
      [NtStatus.PENDING, false],
      [ok, true],
    ]);
  });

  it('after it has taken long is told once', async () => {
    const gate = Promise.withResolvers<void>();
    const never = new Promise<object>(() => undefined);
    const handle = async (context: CommandContext): Promise<object> => {
      await gate.promise;
      context.pending();
      context.pending();
      return never;
    };
    const bench = new DispatcherBench(simple({ [Command.CREATE]: { needs: 'tree', handle } }));
    bench.ask(create);
    bench.clock.advance(500);
    expect([statuses(bench), bench.waiting]).toEqual([[NtStatus.PENDING], 0]);
    gate.resolve();
    await tick();
    expect([statuses(bench), bench.waiting]).toEqual([[NtStatus.PENDING], 1]);
  });

  it('is cancelled by MessageId or AsyncId, and only by its session', async () => {
    const { rows } = slow(true);
    const bench = new DispatcherBench(rows);
    const [first] = bench.ask(create);
    bench.ask(create);
    bench.cancel(99n);
    bench.cancel(0n, 99n);
    await tick();
    expect(bench.dispatcher.active).toBe(2);
    bench.cancel(first!);
    await tick();
    expect(bench.responses.at(-1)).toMatchObject({ status: NtStatus.CANCELLED, header: { asyncId: 1n } });
    bench.cancel(0n, 2n);
    await tick();
    expect(bench.responses.at(-1)).toMatchObject({ status: NtStatus.CANCELLED, header: { asyncId: 2n } });
    expect(bench.dispatcher.active).toBe(0);
    expect(bench.faults).toEqual([]);
  });

  it('in a compound, what is finished goes first, and the rest after it', async () => {
    const { gates, rows } = slow(false);
    const bench = new DispatcherBench(rows);
    bench.ask(echo, related(create), related(flush(RELATED_FILE_ID)));
    await tick();
    bench.clock.advance(500);
    expect(bench.sent.map((frame) => frame.map(({ status }) => status))).toEqual([[ok], [NtStatus.PENDING]]);
    gates[0]!.reject(new StatusError(NtStatus.SHARING_VIOLATION));
    await tick();
    expect(bench.sent.at(-1)!.map(({ status }) => status)).toEqual([
      NtStatus.SHARING_VIOLATION,
      NtStatus.SHARING_VIOLATION,
    ]);
    expect(bench.finishedFrames).toBe(1);
  });

  it('for somebody else must be the last of its compound', async () => {
    const { gates, rows } = slow(true);
    const bench = new DispatcherBench(rows);
    bench.ask(create, related(echo));
    await tick();
    expect(statuses(bench)).toEqual([NtStatus.INTERNAL_ERROR, ok]);
    bench.ask(echo, related(create));
    await tick();
    expect(bench.waiting).toBe(1);
    gates[1]!.resolve(createResponse(idOf(1n)));
    await tick();
    expect(bench.sent.slice(1).map((frame) => frame.map(({ status }) => status))).toEqual([
      [ok],
      [NtStatus.PENDING],
      [ok],
    ]);
    expect(bench.waiting).toBe(0);
  });

  it('is refused when too many do', async () => {
    const { rows } = slow(true);
    const bench = new DispatcherBench(rows, { maxWaiting: 2 });
    for (let index = 0; index < 3; index++) bench.ask(create);
    expect(statuses(bench)).toEqual([NtStatus.PENDING, NtStatus.PENDING, NtStatus.INSUFFICIENT_RESOURCES]);
  });

  it('ends with its tree or session, and what it opened is closed', async () => {
    const closed: bigint[] = [];
    const gate = Promise.withResolvers<void>();
    const handle = async ({ session }: OpenContext): Promise<object> => {
      expect(session.openerClient).toBe('smb-session-4d');
      await gate.promise;
      const fileId = idOf(1n);
      const open = { fileId, treeId: TREE, close: () => Promise.resolve(void closed.push(1n)) };
      session.opens.set(1n, open as unknown as SmbOpen);
      return createResponse(fileId);
    };
    const bench = new DispatcherBench(simple({ [Command.CREATE]: { needs: 'tree', handle } }));
    bench.ask(create);
    const ended = bench.session.end();
    gate.resolve();
    await ended;
    expect(closed).toEqual([1n]);
    expect(bench.released).toEqual(['smb-session-4d']);
    expect(bench.link.sessions.size).toBe(0);
  });

  it('a session that never held anything has core look for nothing', async () => {
    const bench = new DispatcherBench(simple({}));
    await bench.session.end();
    expect(bench.released).toEqual([]);
  });
});

it('payload buffers are given back when the response has left, and left where a request failed', async () => {
  const steps: (() => object)[] = [];
  const handle = async (context: CommandContext): Promise<object> => {
    expect(context.borrow(100)).toBeUndefined();
    expect(context.borrow(100_000)?.length).toBeGreaterThanOrEqual(100_000);
    await tick();
    return steps.shift()!();
  };
  const bench = new DispatcherBench(simple({ [Command.CREATE]: { needs: 'tree', handle } }));
  const { buffers } = bench.dispatcher;
  steps.push(
    () => createResponse(idOf(1n)),
    () => {
      throw new StatusError(NtStatus.ACCESS_DENIED);
    },
  );
  for (const _ of [1, 2]) {
    bench.ask(create);
    expect(buffers.lent).toBe(1);
    await tick();
    await tick();
    expect(buffers.lent).toBe(0);
  }
  expect(statuses(bench)).toEqual([ok, NtStatus.ACCESS_DENIED]);
});
