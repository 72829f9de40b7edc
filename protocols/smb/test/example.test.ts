import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MemoryTree } from '../examples/memory-tree.ts';
import { serve } from '../examples/serve-tree.ts';
import { Command } from '../src/messages/command.ts';
import { NtStatus } from '../src/nt-status.ts';
import type { SmbServer } from '../src/server/smb-server.ts';
import { fileIdOf, SmbClient } from '../src/test/smb-client.ts';

const NONE = new Uint8Array(0);
const channel = { channel: 0, remainingBytes: 0 };

describe('the example of a tree in memory', () => {
  let server: SmbServer;
  let client: SmbClient;

  beforeAll(async () => {
    server = await serve(new MemoryTree(), 'secret');
    const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
    client = await SmbClient.logOn(port, 'user', 'secret');
    expect((await client.treeConnect('tree')).status).toBe(NtStatus.SUCCESS);
  });
  afterAll(async () => {
    client.close();
    await server.close(100);
  });

  const open = (name: string, createDisposition: number, createOptions = 0) =>
    client.request(Command.CREATE, {
      ...{ requestedOplockLevel: 0, impersonationLevel: 2, desiredAccess: 0x1f01ff, fileAttributes: 0 },
      ...{ shareAccess: 7, createDisposition, createOptions, name, createContexts: [] },
    });
  const close = (opened: Awaited<ReturnType<typeof open>>) =>
    client.request(Command.CLOSE, { flags: 0, fileId: fileIdOf(opened) });

  it('keeps files and directories, and removes them', async () => {
    expect((await close(await open('dir', 2, 1))).status).toBe(NtStatus.SUCCESS);
    const made = await open('dir\\File', 2);
    const fileId = fileIdOf(made);
    const data = Buffer.from('content');
    const write = { offset: 3, fileId, ...channel, flags: 0, writeChannelInfo: NONE, data };
    expect((await client.request(Command.WRITE, write)).body).toMatchObject({ count: 7 });
    const range = { padding: 0, flags: 0, length: 100, offset: 0, fileId, minimumCount: 0 };
    const read = await client.request(Command.READ, { ...range, ...channel, readChannelInfo: NONE });
    expect(Buffer.from(read.body!.data).toString()).toBe('\0\0\0content');
    await close(made);
    // By another case, and gone with its close.
    expect((await close(await open('DIR\\file', 1, 0x1000))).status).toBe(NtStatus.SUCCESS);
    expect((await open('dir\\File', 1)).status).toBe(NtStatus.OBJECT_NAME_NOT_FOUND);
    expect((await close(await open('dir', 1, 0x1000))).status).toBe(NtStatus.SUCCESS);
    expect((await open('dir', 1)).status).toBe(NtStatus.OBJECT_NAME_NOT_FOUND);
  });
});
