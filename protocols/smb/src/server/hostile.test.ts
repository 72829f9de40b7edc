import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Command } from '../messages/command.ts';
import { type FileId, RELATED_FILE_ID } from '../messages/file-id.ts';
import { HeaderFlag } from '../messages/header.ts';
import { CtlCode } from '../messages/ioctl.ts';
import { NtStatus } from '../nt-status.ts';
import { TestClock } from '@polynas/core/testing';
import { fileIdOf, type SmbClient } from '../test/smb-client.ts';

import { makeSmbWorld, PASSWORD, type SmbWorld } from '../test/smb-world.ts';

let world: SmbWorld;
beforeAll(async () => {
  world = await makeSmbWorld();
});
afterAll(async () => {
  await world.close();
  expect(world.faults).toEqual([]);
});

type Request = Parameters<SmbClient['compound']>[0][number];

const NONE = new Uint8Array(0);
const create = (name: string, createOptions = 0): Request => ({
  command: Command.CREATE,
  body: {
    ...{ requestedOplockLevel: 0, impersonationLevel: 2, desiredAccess: 0x1f01ff, fileAttributes: 0, shareAccess: 7 },
    ...{ createDisposition: 3, createOptions, name, createContexts: [] },
  },
});

/** One valid request of each kind. */
function catalogue(fileId: FileId): Request[] {
  const channel = { channel: 0, remainingBytes: 0 };
  const query = { additionalInformation: 0, flags: 0, fileId, inputBuffer: NONE, outputBufferLength: 4096 };
  const ioctl = { fileId, maxInputResponse: 0, maxOutputResponse: 4096, flags: 1, output: NONE };
  return [
    create('some\\file'),
    create('dir', 1),
    {
      command: Command.READ,
      body: {
        padding: 0,
        flags: 0,
        length: 4096,
        offset: 0,
        fileId,
        minimumCount: 0,
        ...channel,
        readChannelInfo: NONE,
      },
    },
    {
      command: Command.WRITE,
      body: { offset: 0, fileId, ...channel, flags: 0, writeChannelInfo: NONE, data: Buffer.alloc(200, 1) },
    },
    { command: Command.FLUSH, body: { fileId } },
    { command: Command.QUERY_INFO, body: { infoType: 1, fileInfoClass: 18, ...query } },
    { command: Command.QUERY_INFO, body: { infoType: 2, fileInfoClass: 7, ...query } },
    { command: Command.QUERY_INFO, body: { infoType: 3, fileInfoClass: 0, ...query, additionalInformation: 7 } },
    {
      command: Command.SET_INFO,
      body: { infoType: 1, fileInfoClass: 4, additionalInformation: 0, fileId, buffer: Buffer.alloc(40) },
    },
    {
      command: Command.SET_INFO,
      body: { infoType: 1, fileInfoClass: 10, additionalInformation: 0, fileId, buffer: rename('moved') },
    },
    {
      command: Command.QUERY_DIRECTORY,
      body: { fileInformationClass: 37, flags: 1, fileIndex: 0, fileId, outputBufferLength: 4096, fileName: '*' },
    },
    {
      command: Command.LOCK,
      body: { lockSequence: 0, fileId, locks: [{ offset: 0n, length: 10n, flags: 0x11 }] },
    },
    { command: Command.IOCTL, body: { ctlCode: CtlCode.FSCTL_SRV_COPYCHUNK, input: Buffer.alloc(60), ...ioctl } },
    { command: Command.IOCTL, body: { ctlCode: CtlCode.FSCTL_SET_ZERO_DATA, input: Buffer.alloc(16), ...ioctl } },
    { command: Command.IOCTL, body: { ctlCode: CtlCode.FSCTL_DFS_GET_REFERRALS, input: Buffer.alloc(8), ...ioctl } },
    { command: Command.OPLOCK_BREAK, body: { oplockLevel: 0, fileId } },
    { command: Command.TREE_CONNECT, body: { flags: 0, path: '\\\\server\\IPC$', treeConnectContexts: [] } },
    { command: Command.CHANGE_NOTIFY, body: { flags: 1, outputBufferLength: 4096, fileId, completionFilter: 0xfff } },
    { command: Command.ECHO, body: {} },
    { command: Command.CLOSE, body: { flags: 1, fileId } },
  ] as Request[];
}

function rename(name: string): Buffer {
  const text = Buffer.from(name, 'utf16le');
  const head = Buffer.alloc(20);
  head.writeUInt32LE(text.length, 16);
  return Buffer.concat([head, text]);
}

/** Bytes to change: where, modulo the message's length, and what to. */
const changes = fc.array(fc.tuple(fc.noBias(fc.nat(65_535)), fc.nat(255)), { minLength: 1, maxLength: 4 });

/** Settles when the server has answered, with whatever, or has closed the connection. */
async function answeredOrClosed(client: SmbClient, pending: readonly { readonly response: Promise<unknown> }[]) {
  const settled = Promise.allSettled(pending.map(({ response }) => response));
  // A changed MessageId is answered under another one; the connection still works, or is gone.
  const alive = client.request(Command.ECHO, {}).catch(() => undefined);
  await Promise.race([settled, alive]);
  await alive;
}

describe('hostile input', () => {
  it('in signed requests: each is answered or ends the connection, and nothing is at fault', async () => {
    let client = await world.client();
    let fileId = RELATED_FILE_ID;
    const run = async (picked: number, related: boolean, edits: readonly (readonly [number, number])[]) => {
      if (client.closed) client = await world.client();
      if (fileId === RELATED_FILE_ID || picked % 7 === 0) {
        const made = await client.request(Command.CREATE, create('base').body as never).catch(() => undefined);
        if (made?.status !== NtStatus.SUCCESS) {
          client.close();
          client = await world.client();
          return;
        }
        fileId = fileIdOf(made);
      }
      const all = catalogue(related ? RELATED_FILE_ID : fileId);
      const request = all[picked % all.length]!;
      client.lenient = true;
      client.tamper = (message) => {
        if (related && message.length > 64 && message[12] === Command.CREATE && picked % 3 > 0) return;
        for (const [where, value] of edits) {
          const body = message.length - 64;
          // Seldom the header: what no MessageId leads to is not looked at further.
          if (where < 65_000) message[64 + (where % body)] = value;
          else message[[4, 6, 12, 14, 16, 18, 36][value % 7]!] = value;
        }
      };
      const flags = { flags: HeaderFlag.RELATED_OPERATIONS };
      const begun = client.compound(related ? [create('base'), { ...request, unusual: flags }] : [request]);
      client.tamper = undefined;
      await answeredOrClosed(client, begun);
      expect(world.faults).toEqual([]);
    };
    await fc.assert(fc.asyncProperty(fc.nat(1000), fc.boolean(), changes, run), { numRuns: 1500 });
    client.close();
  });

  it('before a session: negotiations and logons that were changed', async () => {
    const recorded: Buffer[] = [];
    const teacher = await world.open();
    teacher.onFrame = (frame) => void recorded.push(Buffer.from(frame));
    await teacher.negotiate();
    await teacher.sessionSetup('alice', PASSWORD);
    teacher.close();
    await fc.assert(
      fc.asyncProperty(fc.nat(2), changes, fc.boolean(), async (which, edits, cut) => {
        const client = await world.open();
        client.lenient = true;
        for (const [index, frame] of recorded.entries()) {
          const sent = Buffer.from(frame);
          if (index === which) for (const [where, value] of edits) sent[where % sent.length] = value;
          client.sendFrame(index === which && cut ? sent.subarray(0, sent.length / 2) : sent);
        }
        client.socket.end();
        await client.untilClosed();
        expect(world.faults).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('of any bytes at all', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 4 }),
        fc.nat(3),
        async (frames, kind) => {
          const client = await world.open();
          client.lenient = true;
          for (const bytes of frames) {
            const head = [NONE, Buffer.from('fe534d4240000000', 'hex'), Buffer.from('fd534d42', 'hex'), NONE][kind]!;
            if (kind === 3) client.socket.write(bytes);
            else client.sendFrame(Buffer.concat([head, bytes]));
          }
          client.socket.end();
          await client.untilClosed();
          expect(world.faults).toEqual([]);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('clients that do not read', () => {
  it('hold no more memory than there is, and others are served', async () => {
    const memory = 24 * 1024 * 1024;
    const mine = await makeSmbWorld({ memory, limits: { stall: 60_000 } });
    const writer = await mine.client();
    const fileId = fileIdOf(await writer.request(Command.CREATE, create('large').body as never));
    const data = Buffer.alloc(1 << 20, 1);
    const write = { offset: 0, fileId, channel: 0, remainingBytes: 0, flags: 0, writeChannelInfo: NONE, data };
    await writer.request(Command.WRITE, write, { creditCharge: 16 });
    const before = process.memoryUsage().rss;
    const crowd = await Promise.all(Array.from({ length: 40 }, () => mine.client()));
    for (const client of crowd) {
      const own = fileIdOf(await client.request(Command.CREATE, create('large').body as never));
      client.socket.pause();
      client.lenient = true;
      for (let index = 0; index < 3; index++) {
        const body = { padding: 0, flags: 0, length: 1 << 20, offset: 0, fileId: own, minimumCount: 0, channel: 0 };
        const read = { ...body, remainingBytes: 0, readChannelInfo: NONE };
        client.request(Command.READ, read, { creditCharge: 16 }).catch(() => undefined);
      }
    }
    for (let index = 0; index < 20; index++) {
      expect((await writer.request(Command.WRITE, write, { creditCharge: 16 })).status).toBe(NtStatus.SUCCESS);
    }
    // Beside the budget: what the kernel took, and the garbage of reads.
    expect(process.memoryUsage().rss - before).toBeLessThan(memory + 150 * 1024 * 1024);
    expect(mine.faults).toEqual([]);
    await mine.close();
  });
});

it('one client leaves connections for others, and is told of once', async () => {
  const mine = await makeSmbWorld({ limits: { maxConnectionsPerClient: 2 } });
  const [first] = [await mine.client(), await mine.client()];
  for (let index = 0; index < 3; index++) await (await mine.open()).untilClosed();
  expect(mine.dropped).toEqual(['too many connections of this client']);
  first.close();
  await expect.poll(() => mine.server.connections).toBe(1);
  await mine.client();
  await mine.close();
});

it('connections that do nothing are closed in time, those with something open are not', async () => {
  const clock = new TestClock();
  const mine = await makeSmbWorld({ clock });
  const silent = await mine.open();
  const [idle, half, holder] = await Promise.all([mine.client(), mine.client(), mine.client()]);
  await holder.request(Command.CREATE, create('held').body as never);
  clock.advance(25_000);
  expect(mine.dropped).toEqual([]);
  clock.advance(10_000);
  await silent.untilClosed();
  half.socket.write(Buffer.from('00001000fe', 'hex'));
  await expect
    .poll(() => {
      clock.advance(10_000);
      return half.closed;
    })
    .toBe(true);
  clock.advance(16 * 60_000);
  await idle.untilClosed();
  expect((await holder.request(Command.ECHO, {})).status).toBe(NtStatus.SUCCESS);
  expect(mine.dropped).toEqual(['not authenticated', 'does not complete its frame', 'idle']);
  await mine.close();
});
