import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Command } from '../messages/command.ts';
import { RELATED_FILE_ID } from '../messages/file-id.ts';
import { networkInterfaceInfo } from '../messages/fsctl/network-interface-info.ts';
import {
  validateNegotiateInfoRequest,
  validateNegotiateInfoResponse,
} from '../messages/fsctl/validate-negotiate-info.ts';
import { HeaderFlag } from '../messages/header.ts';
import { CtlCode } from '../messages/ioctl.ts';
import { Access, CreateOption } from '../messages/create.ts';
import { Capability } from '../messages/negotiate.ts';
import { SESSION_FLAG_BINDING, SessionFlag } from '../messages/session-setup.ts';
import { ShareType } from '../messages/tree-connect.ts';
import { decode, encode } from '../messages/whole.ts';
import { TestClock } from '@polynas/core/testing';
import { NtStatus } from '../nt-status.ts';
import { NtlmFlag } from '../ntlm/flags.ts';
import { ntlmNegotiate } from '../ntlm/messages.ts';
import { negTokenInit, Oid } from '../spnego/tokens.ts';
import { FileClient } from '../test/file-client.ts';
import { fileIdOf, type SmbClient } from '../test/smb-client.ts';
import { makeSmbWorld, PASSWORD, type SmbWorld } from '../test/smb-world.ts';

/** CREATE of the share's top directory. */
const openTop = {
  ...{ requestedOplockLevel: 0, impersonationLevel: 2, desiredAccess: 0x1f01ff, fileAttributes: 0, shareAccess: 7 },
  ...{ createDisposition: 1, createOptions: 1, name: '', createContexts: [] },
};

let world: SmbWorld;
beforeAll(async () => {
  world = await makeSmbWorld();
});
afterAll(async () => {
  await world.close();
  expect(world.faults).toEqual([]);
});

const echo = Command.ECHO;

describe('SESSION_SETUP', () => {
  it.each([
    ['alice', 'wrong', NtStatus.LOGON_FAILURE],
    ['nobody', PASSWORD, NtStatus.LOGON_FAILURE],
    ['olga', PASSWORD, NtStatus.LOGON_FAILURE],
    ['olga@nowhere', PASSWORD, NtStatus.LOGON_FAILURE],
    ['', '', NtStatus.ACCESS_DENIED],
    ['alice', PASSWORD, NtStatus.SUCCESS],
    ['ALICE', PASSWORD, NtStatus.SUCCESS],
    ['olga@other', PASSWORD, NtStatus.SUCCESS],
    ['alice@DEFAULT', PASSWORD, NtStatus.SUCCESS],
  ])('of %j with password %j', async (user, password, status) => {
    const client = await world.open();
    await client.negotiate();
    const answer = await client.sessionSetup(user, password);
    expect(answer.status).toBe(status);
    expect((answer.header.flags & HeaderFlag.SIGNED) !== 0).toBe(status === NtStatus.SUCCESS);
    // What was refused leaves no session.
    const next = await client.request(Command.TREE_CONNECT, treeRequest('IPC$'), { bare: status !== NtStatus.SUCCESS });
    expect(next.status).toBe(status === NtStatus.SUCCESS ? NtStatus.SUCCESS : NtStatus.USER_SESSION_DELETED);
  });

  it('of a session that is not there, or is bound, is refused', async () => {
    const client = await world.open();
    await client.negotiate();
    const request = { flags: 0, securityMode: 1, capabilities: 0, channel: 0, previousSessionId: 0n };
    const securityBuffer = new Uint8Array(10);
    const lost = await client.request(Command.SESSION_SETUP, { ...request, securityBuffer }, { sessionId: 99n });
    expect(lost.status).toBe(NtStatus.USER_SESSION_DELETED);
    const bound = await client.request(Command.SESSION_SETUP, {
      ...request,
      securityBuffer,
      flags: SESSION_FLAG_BINDING,
    });
    expect(bound.status).toBe(NtStatus.REQUEST_NOT_ACCEPTED);
    const garbled = await client.request(Command.SESSION_SETUP, { ...request, securityBuffer });
    expect(garbled.status).toBe(NtStatus.INVALID_PARAMETER);
  });

  it('of a valid session authenticates again, and only as the same user', async () => {
    const client = await world.client();
    const { sessionId } = client;
    const again = await client.sessionSetup('alice', PASSWORD);
    expect(again.status).toBe(NtStatus.SUCCESS);
    expect(client.sessionId).toBe(sessionId);
    // Keys and trees stay.
    expect((await client.request(Command.TREE_DISCONNECT, {})).status).toBe(NtStatus.SUCCESS);
    expect((await client.sessionSetup('bob', PASSWORD)).status).toBe(NtStatus.ACCESS_DENIED);
    expect((await client.treeConnect('data')).status).toBe(NtStatus.USER_SESSION_DELETED);
    const other = await world.client();
    expect((await other.sessionSetup('alice', 'wrong')).status).toBe(NtStatus.LOGON_FAILURE);
    expect((await other.treeConnect('data')).status).toBe(NtStatus.USER_SESSION_DELETED);
  });

  it('ends the session that the same user lost with another connection', async () => {
    const lost = await world.client();
    const other = await world.open();
    await other.negotiate();
    const stranger = await world.open();
    await stranger.negotiate();
    const { sessionId } = lost;
    await stranger.sessionSetup('bob', PASSWORD, { previousSessionId: sessionId });
    expect((await lost.request(echo, {})).status).toBe(NtStatus.SUCCESS);
    await other.sessionSetup('alice', PASSWORD, { previousSessionId: sessionId });
    const after = await lost.request(Command.TREE_DISCONNECT, {}, { bare: true });
    expect(after.status).toBe(NtStatus.USER_SESSION_DELETED);
  });

  it('several on one connection, within bounds', async () => {
    const mine = await makeSmbWorld({ limits: { maxSessions: 3, maxExchanges: 2 } });
    const client = await mine.open();
    await client.negotiate();
    const ids = new Set<bigint>();
    for (let index = 0; index < 4; index++) {
      client.sessionId = 0n;
      client.forgetKeys();
      const { status } = await client.sessionSetup('alice', PASSWORD);
      expect(status).toBe(index < 3 ? NtStatus.SUCCESS : NtStatus.INSUFFICIENT_RESOURCES);
      ids.add(client.sessionId);
    }
    expect(ids.size).toBe(4);
    const other = await mine.open();
    await other.negotiate();
    const securityBuffer = negTokenInit([Oid.NTLMSSP], encode(ntlmNegotiate, { negotiateFlags: NtlmFlag.UNICODE }));
    const begin = { flags: 0, securityMode: 1, capabilities: 0, channel: 0, previousSessionId: 0n, securityBuffer };
    for (const status of [NtStatus.MORE_PROCESSING_REQUIRED, NtStatus.MORE_PROCESSING_REQUIRED]) {
      expect((await other.request(Command.SESSION_SETUP, begin)).status).toBe(status);
    }
    const third = await other.request(Command.SESSION_SETUP, begin);
    expect(third.status).toBe(NtStatus.INSUFFICIENT_RESOURCES);
    await mine.close();
  });
});

const treeRequest = (share: string) => ({ flags: 0, path: `\\\\server\\${share}`, treeConnectContexts: [] });

describe('a session', () => {
  it('ends with LOGOFF, whose answer is signed still', async () => {
    const client = await world.client();
    const before = world.server.sessions;
    expect((await client.request(Command.LOGOFF, {})).status).toBe(NtStatus.SUCCESS);
    expect(world.server.sessions).toBe(before - 1);
    const after = await client.request(Command.TREE_CONNECT, treeRequest('data'), { bare: true });
    expect(after.status).toBe(NtStatus.USER_SESSION_DELETED);
  });

  it('ends with its connection', async () => {
    const before = world.server.sessions;
    const client = await world.client();
    expect(world.server.sessions).toBe(before + 1);
    client.close();
    await expect.poll(() => world.server.sessions).toBe(before);
  });

  it('takes no request that is not signed, or signed wrongly', async () => {
    const client = await world.client();
    const bare = await client.request(Command.TREE_DISCONNECT, {}, { bare: true });
    expect(bare.status).toBe(NtStatus.ACCESS_DENIED);
    const forged = await client.request(Command.TREE_DISCONNECT, {}, { bare: true, flags: HeaderFlag.SIGNED });
    expect(forged.status).toBe(NtStatus.ACCESS_DENIED);
    expect((await client.request(Command.TREE_DISCONNECT, {})).status).toBe(NtStatus.SUCCESS);
  });

  it.each([
    ['related', HeaderFlag.RELATED_OPERATIONS],
    ['not related', 0],
  ])('takes nothing unsigned that stands behind the SESSION_SETUP which makes it: %s', async (_, flags) => {
    const client = await world.open();
    await client.negotiate({ dialects: [0x0302] });
    const plain = client.compound.bind(client);
    let setups = 0;
    let appended: ReturnType<typeof plain> = [];
    // What somebody on the path appends to the client's last SESSION_SETUP.
    client.compound = (requests) => {
      setups++;
      if (setups !== 2) return plain(requests);
      const unusual = { flags, treeId: 0 };
      appended = plain([...requests, { command: Command.TREE_CONNECT, body: treeRequest('data'), unusual }]);
      return appended;
    };
    expect((await client.sessionSetup('alice', PASSWORD)).status).toBe(NtStatus.SUCCESS);
    expect((await appended[1]!.response).status).toBe(NtStatus.ACCESS_DENIED);
    expect((await client.treeConnect('data')).status).toBe(NtStatus.SUCCESS);
  });

  it('a sealed frame that was changed ends the connection', async () => {
    const client = await world.client();
    client.sealing = true;
    expect((await client.request(echo, {})).status).toBe(NtStatus.SUCCESS);
    client.damage = true;
    await expect(client.request(echo, {})).rejects.toThrow('closed');
  });
});

describe('users that change', () => {
  let mine: SmbWorld;
  beforeEach(async () => {
    mine = await makeSmbWorld();
    return () => mine.close();
  });

  it('lose their running sessions when they are disabled or removed', async () => {
    const { accounts } = mine.core;
    const bob = accounts.userByName('default', 'bob')!;
    const client = await mine.logOn('bob');
    await accounts.changeUser(bob.id, { groups: [7] });
    expect((await client.treeConnect('data')).status).toBe(NtStatus.SUCCESS);
    await accounts.changeUser(bob.id, { disabled: true });
    expect((await client.treeConnect('data')).status).toBe(NtStatus.USER_SESSION_DELETED);
    await accounts.changeUser(bob.id, { disabled: false });
    expect((await client.request(Command.TREE_DISCONNECT, {}, { bare: true })).status).toBe(
      NtStatus.USER_SESSION_DELETED,
    );
    const other = await mine.logOn('bob');
    await accounts.removeUser(bob.id);
    await accounts.createUser({ tenant: 'default', name: 'bob', password: PASSWORD });
    expect((await other.treeConnect('data')).status).toBe(NtStatus.USER_SESSION_DELETED);
    expect(mine.server.sessions).toBe(0);
  });
});

it('what a user that is disabled, or a share whose door is closed, has waiting and open ends by itself', async () => {
  const clock = new TestClock();
  const mine = await makeSmbWorld({ clock });
  const { accounts, shares } = mine.core;
  const hold = async (user: string) => {
    const client = await mine.logOn(user);
    await client.treeConnect('data');
    const files = new FileClient(client);
    const { fileId } = await files.open('', {
      createOptions: CreateOption.DIRECTORY_FILE,
      desiredAccess: Access.GENERIC_READ,
    });
    const fields = { flags: 0, outputBufferLength: 4096, fileId, completionFilter: 0xfff };
    const waiting = client.begin(Command.CHANGE_NOTIFY, fields);
    await waiting.interim;
    return { client, waiting };
  };
  const [alice, bob] = [await hold('alice'), await hold('bob')];
  await accounts.changeUser(accounts.userByName('default', 'bob')!.id, { disabled: true });
  clock.advance(5_000);
  expect((await bob.waiting.response).status).toBe(NtStatus.NOTIFY_CLEANUP);
  await expect.poll(() => mine.core.state.holders().length).toBe(1);
  expect(mine.server.sessions).toBe(1);
  const caller = mine.callerOf('alice');
  const head = { ...caller, principal: { ...caller.principal, superuser: true } };
  await shares.change(head, shares.byName('smb', 'default', 'data')!.id, { doors: {} });
  clock.advance(5_000);
  expect((await alice.waiting.response).status).toBe(NtStatus.NOTIFY_CLEANUP);
  await expect.poll(() => mine.core.state.holders()).toEqual([]);
  expect((await alice.client.treeConnect('closed')).status).toBe(NtStatus.BAD_NETWORK_NAME);
  expect(mine.faults).toEqual([]);
  await mine.close();
});

it('a new password counts from the next logon on', async () => {
  const mine = await makeSmbWorld();
  const { accounts } = mine.core;
  const client = await mine.client();
  await accounts.changeUser(accounts.userByName('default', 'alice')!.id, { password: 'another' });
  expect((await client.treeConnect('data')).status).toBe(NtStatus.SUCCESS);
  await expect(mine.logOn('alice')).rejects.toThrow('0xc000006d');
  const again = await mine.open();
  await again.negotiate();
  expect((await again.sessionSetup('alice', 'another')).status).toBe(NtStatus.SUCCESS);
  await mine.close();
});

it('opens and locks end with LOGOFF, TREE_DISCONNECT and the connection', async () => {
  const mine = await makeSmbWorld();
  const ends = [
    (client: SmbClient) => client.request(Command.LOGOFF, {}),
    (client: SmbClient) => client.request(Command.TREE_DISCONNECT, {}),
    async (client: SmbClient) => client.close(),
  ];
  for (const end of ends) {
    const client = await mine.client();
    const file = { ...openTop, createDisposition: 3, createOptions: 0, name: 'file' };
    const fileId = fileIdOf(await client.request(Command.CREATE, file));
    const locks = [{ offset: 0n, length: 10n, flags: 0x12 }];
    await client.request(Command.LOCK, { lockSequence: 0, fileId, locks });
    expect(mine.core.state.holders()).toHaveLength(2);
    await end(client);
    await expect.poll(() => mine.core.state.holders()).toEqual([]);
  }
  expect(mine.faults).toEqual([]);
  await mine.close();
});

describe('TREE_CONNECT', () => {
  it.each([
    ['alice', 'data', NtStatus.SUCCESS],
    ['alice', 'DATA', NtStatus.SUCCESS],
    ['alice', 'closed', NtStatus.BAD_NETWORK_NAME],
    ['alice', 'theirs', NtStatus.BAD_NETWORK_NAME],
    ['olga@other', 'theirs', NtStatus.SUCCESS],
    ['alice', 'ipc$', NtStatus.SUCCESS],
    ['alice', 'data\\more', NtStatus.BAD_NETWORK_NAME],
    ['alice', '', NtStatus.BAD_NETWORK_NAME],
  ])('of %s to %j', async (user, share, status) => {
    const client = await world.logOn(user);
    expect((await client.treeConnect(share)).status).toBe(status);
  });

  it('tells what the share is and allows', async () => {
    const client = await world.logOn();
    expect((await client.treeConnect('data')).body).toMatchObject({
      shareType: ShareType.DISK,
      maximalAccess: 0x1f01ff,
    });
    expect((await client.treeConnect('fixed')).body).toMatchObject({ maximalAccess: 0x1200a9 });
    expect((await client.treeConnect('IPC$')).body).toMatchObject({ shareType: ShareType.PIPE });
  });

  it('is bounded', async () => {
    const mine = await makeSmbWorld({ limits: { maxTrees: 2 } });
    const client = await mine.client();
    await client.treeConnect('data');
    expect((await client.treeConnect('data')).status).toBe(NtStatus.INSUFFICIENT_RESOURCES);
    await client.request(Command.TREE_DISCONNECT, {});
    expect((await client.request(Command.TREE_DISCONNECT, {})).status).toBe(NtStatus.NETWORK_NAME_DELETED);
    expect((await client.treeConnect('data')).status).toBe(NtStatus.SUCCESS);
    await mine.close();
  });

  it('ends when the share does, or its door closes', async () => {
    const mine = await makeSmbWorld();
    const client = await mine.client();
    const { shares } = mine.core;
    const share = shares.byName('smb', 'default', 'data')!;
    const caller = mine.callerOf('alice');
    const ask = async (): Promise<number> =>
      (await client.request(Command.OPLOCK_BREAK, { flags: 0, leaseKey: new Uint8Array(16), leaseState: 0 })).status;
    expect(await ask()).toBe(NtStatus.OBJECT_NAME_NOT_FOUND);
    await shares.change(caller, share.id, { readOnly: true });
    expect(await ask()).toBe(NtStatus.OBJECT_NAME_NOT_FOUND);
    await shares.change(caller, share.id, { doors: {} });
    expect(await ask()).toBe(NtStatus.NETWORK_NAME_DELETED);
    await mine.close();
  });
});

describe('a server that requires encryption', () => {
  it('seals every session, and refuses clients that cannot', async () => {
    const mine = await makeSmbWorld({ encryption: 'required' });
    const old = await mine.open();
    await old.negotiate({ dialects: [0x0202, 0x0210] });
    expect((await old.sessionSetup('alice', PASSWORD)).status).toBe(NtStatus.ACCESS_DENIED);
    const client = await mine.open();
    await client.negotiate();
    const answer = await client.sessionSetup('alice', PASSWORD);
    expect(answer.body!.sessionFlags).toBe(SessionFlag.ENCRYPT_DATA);
    expect((await client.treeConnect('data')).status).toBe(NtStatus.ACCESS_DENIED);
    client.sealing = true;
    expect((await client.treeConnect('data')).status).toBe(NtStatus.SUCCESS);
    expect(mine.faults).toEqual([]);
    await mine.close();
  });

  it('may also have none', async () => {
    const mine = await makeSmbWorld({ encryption: 'off' });
    for (const dialects of [[0x0302], [0x0311]]) {
      const client = await mine.client({ dialects });
      expect((await client.request(Command.TREE_DISCONNECT, {})).status).toBe(NtStatus.SUCCESS);
      expect(client.encrypts).toBe(false);
    }
    await mine.close();
  });
});

it('has a bounded number of opens', async () => {
  const mine = await makeSmbWorld({ limits: { maxOpens: 2 } });
  const client = await mine.client();
  const open = async (): Promise<number> => (await client.request(Command.CREATE, openTop)).status;
  expect([await open(), await open(), await open()]).toEqual([0, 0, NtStatus.TOO_MANY_OPENED_FILES]);
  await mine.close();
});

it('a server that stops ends what waits, and releases what clients hold', async () => {
  const mine = await makeSmbWorld();
  const client = await mine.client();
  const fileId = fileIdOf(await client.request(Command.CREATE, openTop));
  const watch = { flags: 0, outputBufferLength: 4096, fileId, completionFilter: 0xfff };
  const { interim, response } = client.begin(Command.CHANGE_NOTIFY, watch);
  await interim;
  expect(mine.core.state.holders()).toHaveLength(1);
  const closed = mine.server.close(10_000);
  expect((await response).status).toBe(NtStatus.CANCELLED);
  await client.untilClosed();
  await closed;
  expect(mine.core.state.holders()).toEqual([]);
  expect(mine.server.sessions).toBe(0);
  await mine.close();
});

describe('FSCTLs of the connection', () => {
  const ioctl = (ctlCode: number, input: Uint8Array = new Uint8Array(0)) => ({
    ...{ ctlCode, fileId: RELATED_FILE_ID, maxInputResponse: 0, maxOutputResponse: 4096, flags: 1, input },
    output: new Uint8Array(0),
  });
  const validation = (dialects: readonly number[]) =>
    encode(validateNegotiateInfoRequest, {
      ...{ capabilities: Capability.LARGE_MTU | Capability.ENCRYPTION, guid: new Uint8Array(16).fill(7) },
      ...{ securityMode: 1, dialects },
    });

  it('the negotiation is confirmed, or the connection ends', async () => {
    const dialects = [0x0202, 0x0210, 0x0300];
    const code = CtlCode.FSCTL_VALIDATE_NEGOTIATE_INFO;
    const client = await world.client({ dialects });
    const { body } = await client.request(Command.IOCTL, ioctl(code, validation(dialects)));
    expect(decode(validateNegotiateInfoResponse, body!.output)).toMatchObject({ dialect: 0x0300, securityMode: 3 });
    // The client has offered more than arrived.
    const cut = client.request(Command.IOCTL, ioctl(code, validation([...dialects, 0x0302])));
    await expect(cut).rejects.toThrow('closed');
    const newer = await world.client();
    const needless = newer.request(Command.IOCTL, ioctl(code, validation([0x0311])));
    await expect(needless).rejects.toThrow('closed');
  });

  it('the one interface, no DFS, and nothing that is not known', async () => {
    const client = await world.client();
    const { body } = await client.request(Command.IOCTL, ioctl(CtlCode.FSCTL_QUERY_NETWORK_INTERFACE_INFO));
    expect(decode(networkInterfaceInfo, body!.output)).toMatchObject([{ address: '127.0.0.1' }]);
    const status = async (code: number, flags = 1): Promise<number> =>
      (await client.request(Command.IOCTL, { ...ioctl(code), flags })).status;
    expect(await status(CtlCode.FSCTL_DFS_GET_REFERRALS)).toBe(NtStatus.FS_DRIVER_REQUIRED);
    const named = { ...ioctl(CtlCode.FSCTL_QUERY_NETWORK_INTERFACE_INFO), fileId: { persistent: 1n, volatile: 1n } };
    expect((await client.request(Command.IOCTL, named)).status).toBe(NtStatus.INVALID_PARAMETER);
    expect(await status(0x0009_ffff)).toBe(NtStatus.INVALID_DEVICE_REQUEST);
    expect(await status(CtlCode.FSCTL_DFS_GET_REFERRALS, 0)).toBe(NtStatus.NOT_SUPPORTED);
    const old = await world.client({ dialects: [0x0210] });
    const answer = await old.request(Command.IOCTL, ioctl(CtlCode.FSCTL_QUERY_NETWORK_INTERFACE_INFO));
    expect(answer.status).toBe(NtStatus.NOT_SUPPORTED);
  });
});
