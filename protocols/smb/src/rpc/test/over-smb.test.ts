import { afterEach, beforeEach, expect, it } from 'vitest';
import { Command } from '../../messages/command.ts';
import { CreateDisposition, ShareAccess } from '../../messages/create.ts';
import type { FileId } from '../../messages/file-id.ts';
import { CtlCode } from '../../messages/ioctl.ts';
import { decode } from '../../messages/whole.ts';
import { NtStatus } from '../../nt-status.ts';
import type { SmbClient } from '../../test/smb-client.ts';
import { makeSmbWorld, type SmbWorld } from '../../test/smb-world.ts';
import { decodeStub, encodeStub } from '../ndr/ndr.ts';
import { bind } from '../pdu/bind.ts';
import { PduType } from '../pdu/header.ts';
import { encodePdu, readPdu } from '../pdu/pdu.ts';
import { requestOf } from '../pdu/request.ts';
import { response } from '../pdu/response.ts';
import { NDR } from '../pdu/syntax.ts';
import { netrShareEnum } from '../srvsvc/netr-share-enum.ts';
import { srvsvc } from '../srvsvc/srvsvc.ts';

const NOTHING = new Uint8Array(0);

let world: SmbWorld;
beforeEach(async () => {
  world = await makeSmbWorld();
});
afterEach(async () => {
  expect(world.faults).toEqual([]);
  await world.close();
});

function create(client: SmbClient, name: string) {
  return client.request(Command.CREATE, {
    requestedOplockLevel: 0,
    impersonationLevel: 2,
    desiredAccess: 0x0012_019f,
    fileAttributes: 0,
    shareAccess: ShareAccess.READ | ShareAccess.WRITE,
    createDisposition: CreateDisposition.OPEN,
    createOptions: 0,
    name,
    createContexts: [],
  });
}

function transceive(client: SmbClient, fileId: FileId, input: Uint8Array, maxOutputResponse: number) {
  return client.request(Command.IOCTL, {
    ctlCode: CtlCode.FSCTL_PIPE_TRANSCEIVE,
    fileId,
    maxInputResponse: 0,
    maxOutputResponse,
    flags: 1,
    input,
    output: NOTHING,
  });
}

function read(client: SmbClient, fileId: FileId, length: number) {
  return client.request(Command.READ, {
    padding: 0,
    flags: 0,
    length,
    offset: 0,
    fileId,
    minimumCount: 0,
    channel: 0,
    remainingBytes: 0,
    readChannelInfo: NOTHING,
  });
}

const contexts = [{ contextId: 0, abstractSyntax: srvsvc.syntax, transferSyntaxes: [NDR] }];
const bindPdu = encodePdu(PduType.BIND, 1, bind, { maxXmitFrag: 4280, maxRecvFrag: 4280, assocGroupId: 0, contexts });
const shareEnum = encodePdu(PduType.REQUEST, 2, requestOf(false), {
  allocHint: 0,
  contextId: 0,
  opnum: netrShareEnum.opnum,
  stub: encodeStub(
    netrShareEnum.request,
    {
      serverName: '\\\\server',
      infoStruct: { selector: 1, arm: { buffer: undefined } },
      preferedMaximumLength: 0xffff_ffff,
      resumeHandle: 0,
    },
    1000,
  ),
});

function sharesIn(pdu: Uint8Array): readonly (string | undefined)[] | undefined {
  const { stub } = decode(response, readPdu(pdu).body);
  const { infoStruct } = decodeStub(netrShareEnum.response, stub);
  return infoStruct.arm?.buffer?.map(({ netname }) => netname);
}

async function srvsvcOf(client: SmbClient): Promise<FileId> {
  await client.treeConnect('IPC$');
  const { fileId } = (await create(client, 'srvsvc')).body!;
  const { status, body } = await transceive(client, fileId, bindPdu, 1024);
  expect(status).toBe(NtStatus.SUCCESS);
  expect(readPdu(body!.output).header.type).toBe(PduType.BIND_ACK);
  return fileId;
}

it('each user sees the shares of the own tenant', async () => {
  for (const [user, names] of [
    ['alice', ['data', 'fixed', 'IPC$']],
    ['olga@other', ['theirs', 'IPC$']],
  ] as const) {
    const client = await world.logOn(user);
    const fileId = await srvsvcOf(client);
    const { body } = await transceive(client, fileId, shareEnum, 4096);
    expect(sharesIn(body!.output)).toEqual(names);
  }
});

it('an answer longer than was asked for is read on', async () => {
  const client = await world.logOn();
  const fileId = await srvsvcOf(client);
  const first = await transceive(client, fileId, shareEnum, 100);
  expect(first.status).toBe(NtStatus.BUFFER_OVERFLOW);
  const second = await read(client, fileId, 50);
  expect(second.status).toBe(NtStatus.BUFFER_OVERFLOW);
  const third = await read(client, fileId, 4096);
  expect(third.status).toBe(NtStatus.SUCCESS);
  const parts = [first.body!.output, second.body!.data, third.body!.data];
  expect(sharesIn(Buffer.concat(parts))).toEqual(['data', 'fixed', 'IPC$']);
});

it('there are no pipes but those of the services, and they take nothing but RPC', async () => {
  const client = await world.logOn();
  await client.treeConnect('IPC$');
  for (const name of ['samr', 'spoolss', 'nothing']) {
    expect((await create(client, name)).status, name).toBe(NtStatus.OBJECT_NAME_NOT_FOUND);
  }
  const { fileId } = (await create(client, 'WKSSVC')).body!;
  const { status } = await transceive(client, fileId, Buffer.from('GET / HTTP/1.1\r\n'), 100);
  expect(status).toBe(NtStatus.PIPE_DISCONNECTED);
});
