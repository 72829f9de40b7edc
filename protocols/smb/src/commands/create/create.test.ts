import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileAttribute, FileInformationClass } from '../../information/classes.ts';
import { EA_ENTRY_UNIT, fileFullEaInformation } from '../../information/extended-attributes.ts';
import { writeChain } from '../../information/chain.ts';
import { fileAccessInformation, fileBasicInformation, fileStandardInformation } from '../../information/file.ts';
import { Command } from '../../messages/command.ts';
import { Access, CreateAction, CreateDisposition as D, CreateOption as O, ShareAccess } from '../../messages/create.ts';
import { allocationSize } from '../../messages/create-contexts/allocation-size.ts';
import { createContext, CreateContextName, findCreateContextData } from '../../messages/create-contexts/list.ts';
import { maximalAccessRequest, maximalAccessResponse } from '../../messages/create-contexts/maximal-access.ts';
import { onDiskIdResponse } from '../../messages/create-contexts/on-disk-id.ts';
import { timewarpToken } from '../../messages/create-contexts/timewarp-token.ts';
import { RELATED_FILE_ID } from '../../messages/file-id.ts';
import { HeaderFlag } from '../../messages/header.ts';
import { InfoType } from '../../messages/query-info.ts';
import { NtStatus as S } from '../../nt-status.ts';
import type { SmbServices } from '../../server/services.ts';
import { ALL, createRequest, FileClient, SHARE_ALL } from '../../test/file-client.ts';
import { makeSmbWorld, type SmbWorld } from '../../test/smb-world.ts';
import { StorageError } from '@polynas/core/service';
import { Writer } from '@polynas/core/wire';

let world: SmbWorld;
let alice: FileClient;
let bob: FileClient;
beforeAll(async () => {
  world = await makeSmbWorld();
  alice = new FileClient(await world.client());
  const other = await world.logOn('bob');
  await other.treeConnect('data');
  bob = new FileClient(other);
});
afterAll(async () => {
  await world.close();
  expect(world.faults).toEqual([]);
});

describe('dispositions', () => {
  it.each([
    [D.OPEN, false, S.OBJECT_NAME_NOT_FOUND, undefined, undefined],
    [D.OPEN, true, S.SUCCESS, CreateAction.OPENED, 'content'],
    [D.CREATE, false, S.SUCCESS, CreateAction.CREATED, ''],
    [D.CREATE, true, S.OBJECT_NAME_COLLISION, undefined, 'content'],
    [D.OPEN_IF, false, S.SUCCESS, CreateAction.CREATED, ''],
    [D.OPEN_IF, true, S.SUCCESS, CreateAction.OPENED, 'content'],
    [D.OVERWRITE, false, S.OBJECT_NAME_NOT_FOUND, undefined, undefined],
    [D.OVERWRITE, true, S.SUCCESS, CreateAction.OVERWRITTEN, ''],
    [D.OVERWRITE_IF, false, S.SUCCESS, CreateAction.CREATED, ''],
    [D.OVERWRITE_IF, true, S.SUCCESS, CreateAction.OVERWRITTEN, ''],
    [D.SUPERSEDE, false, S.SUCCESS, CreateAction.CREATED, ''],
    [D.SUPERSEDE, true, S.SUCCESS, CreateAction.SUPERSEDED, ''],
  ])('%i where the file is there: %s', async (createDisposition, exists, status, action, content) => {
    const name = `disposition-${createDisposition}-${exists}`;
    if (exists) await alice.file(name, 'content');
    const response = await alice.create(name, { createDisposition });
    expect(response.status).toBe(status);
    expect(response.body?.createAction).toBe(action);
    if (response.body !== undefined) await alice.close(response.body.fileId);
    if (content !== undefined) expect(await alice.content(name)).toBe(content);
  });

  it('tell files from directories', async () => {
    await alice.directory('a-directory');
    await alice.file('a-file');
    expect(await alice.createStatus('a-file', { createOptions: O.DIRECTORY_FILE })).toBe(S.NOT_A_DIRECTORY);
    expect(await alice.createStatus('a-file\\')).toBe(S.NOT_A_DIRECTORY);
    expect(await alice.createStatus('a-directory', { createOptions: O.NON_DIRECTORY_FILE })).toBe(
      S.FILE_IS_A_DIRECTORY,
    );
    expect(await alice.createStatus('a-directory', { createDisposition: D.OVERWRITE })).toBe(S.FILE_IS_A_DIRECTORY);
    expect(await alice.createStatus('a-directory\\')).toBe(S.SUCCESS);
    const both = { createOptions: O.DIRECTORY_FILE | O.NON_DIRECTORY_FILE };
    expect(await alice.createStatus('a-directory', both)).toBe(S.INVALID_PARAMETER);
    const overwritten = { createOptions: O.DIRECTORY_FILE, createDisposition: D.OVERWRITE_IF };
    expect(await alice.createStatus('a-directory', overwritten)).toBe(S.INVALID_PARAMETER);
  });

  it('overwriting is refused before anything is lost where a stream is held', async () => {
    await alice.file('held', 'content');
    await alice.file('held:first', 'one');
    await alice.file('held:second', 'two');
    const { fileId } = await alice.open('held:second', { shareAccess: ShareAccess.READ | ShareAccess.WRITE });
    for (const createDisposition of [D.OVERWRITE, D.OVERWRITE_IF, D.SUPERSEDE]) {
      const fields = { createDisposition, desiredAccess: Access.GENERIC_WRITE };
      expect(await alice.createStatus('held', fields)).toBe(S.SHARING_VIOLATION);
    }
    await alice.close(fileId);
    expect(await alice.content('held')).toBe('content');
    expect(await alice.content('held:first')).toBe('one');
    expect(await alice.createStatus('held', { createDisposition: D.OVERWRITE })).toBe(S.SUCCESS);
    expect(await alice.content('held')).toBe('');
    expect(await alice.createStatus('held:first')).toBe(S.OBJECT_NAME_NOT_FOUND);
  });

  it('overwriting takes streams, EAs and attributes along, and needs HIDDEN and SYSTEM named', async () => {
    await alice.file('full', 'x', { createContexts: [eas(['NAME', 'value'])] });
    await alice.file('full:stream', 'y');
    const { fileId } = await alice.open('full', {
      createDisposition: D.OVERWRITE,
      fileAttributes: FileAttribute.HIDDEN,
    });
    expect(
      (await alice.info(fileId, FileInformationClass.FileBasicInformation, fileBasicInformation)).fileAttributes,
    ).toBe(FileAttribute.HIDDEN | FileAttribute.ARCHIVE);
    expect((await alice.query(fileId, InfoType.FILE, FileInformationClass.FileFullEaInformation)).status).toBe(
      S.NO_EAS_ON_FILE,
    );
    await alice.close(fileId);
    expect(await alice.createStatus('full:stream')).toBe(S.OBJECT_NAME_NOT_FOUND);
    expect(await alice.createStatus('full', { createDisposition: D.OVERWRITE })).toBe(S.ACCESS_DENIED);
  });
});

describe('names', () => {
  it.each([
    ['\\leading', S.INVALID_PARAMETER],
    ['nowhere\\file', S.OBJECT_PATH_NOT_FOUND],
    ['..', S.OBJECT_PATH_SYNTAX_BAD],
    ['a\\..\\..\\b', S.OBJECT_PATH_SYNTAX_BAD],
    ['.', S.OBJECT_NAME_INVALID],
    ['a\\\\b', S.OBJECT_NAME_INVALID],
    ['a*', S.OBJECT_NAME_INVALID],
    ['a:', S.OBJECT_NAME_INVALID],
    ['a:b:c', S.OBJECT_NAME_INVALID],
    ['a:b:$DATA:d', S.OBJECT_NAME_INVALID],
    ['a\u0001', S.OBJECT_NAME_INVALID],
    ['x'.repeat(256), S.OBJECT_NAME_INVALID],
  ])('%j is refused', async (name, status) => {
    expect(await alice.createStatus(name, { createDisposition: D.OPEN_IF })).toBe(status);
  });

  it('mean the same in any case, and keep theirs', async () => {
    await alice.directory('Folder');
    await alice.file('fOLDER\\File.TXT', 'x');
    expect(await alice.content('FOLDER\\file.txt')).toBe('x');
    expect(await alice.createStatus('folder\\FILE.txt', { createDisposition: D.CREATE })).toBe(S.OBJECT_NAME_COLLISION);
    expect(await alice.names('folder')).toEqual(['.', '..', 'File.TXT']);
    expect(await alice.createStatus('Folder\\File.TXT\\below')).toBe(S.OBJECT_PATH_NOT_FOUND);
    expect(await alice.content('Folder\\nothing\\..\\File.TXT')).toBe('x');
    expect(await alice.content('Folder/File.TXT')).toBe('x');
  });

  it('that Windows forbids come through by their stand-ins', async () => {
    const { core } = world;
    const caller = world.callerOf('alice');
    const share = core.shares.byName('smb', 'default', 'data')!;
    const root = core.files.root(share.id);
    await core.files.create(caller, root, Buffer.from('what: a "name"?.'), { kind: 'guarded' }, { mode: 0o644 });
    expect(await alice.createStatus('what\uf022 a \uf020name\uf020\uf025\uf029')).toBe(S.SUCCESS);
    await alice.file('made\uf022by smb');
    const looked = await core.files.lookup(caller, root, Buffer.from('made:by smb'));
    expect(looked.attributes?.type).toBe('file');
  });
});

describe('access', () => {
  it.each([
    [Access.GENERIC_READ, 0x0012_0089],
    [Access.GENERIC_WRITE, 0x0012_0116],
    [Access.GENERIC_EXECUTE, 0x0012_00a0],
    [Access.GENERIC_ALL, ALL],
    [Access.MAXIMUM_ALLOWED, ALL],
    [Access.FILE_READ_DATA, Access.FILE_READ_DATA],
    [Access.FILE_READ_DATA | Access.MAXIMUM_ALLOWED, ALL],
  ])('0x%s is granted as 0x%s', async (desiredAccess, granted) => {
    await alice.file('mine');
    const { fileId } = await alice.open('mine', { desiredAccess });
    const info = await alice.info(fileId, FileInformationClass.FileAccessInformation, fileAccessInformation);
    expect(info).toBe(granted);
    await alice.close(fileId);
  });

  it.each([
    [0, S.ACCESS_DENIED],
    [0x0400_0000, S.ACCESS_DENIED],
    [Access.ACCESS_SYSTEM_SECURITY, S.PRIVILEGE_NOT_HELD],
  ])('0x%s is granted to nobody', async (desiredAccess, status) => {
    await alice.file('mine');
    expect(await alice.createStatus('mine', { desiredAccess })).toBe(status);
  });

  it('goes by mode bits', async () => {
    const { core } = world;
    const { fileId } = await alice.open('private');
    await alice.close(fileId);
    const share = core.shares.byName('smb', 'default', 'data')!;
    const caller = world.callerOf('alice');
    const { attributes } = await core.files.lookup(caller, core.files.root(share.id), Buffer.from('private'));
    const file = { share: share.id, id: attributes!.id };
    await core.files.setattr(caller, file, { mode: 0o604 });
    expect(await bob.createStatus('private', { desiredAccess: Access.GENERIC_READ })).toBe(S.SUCCESS);
    expect(await bob.createStatus('private', { desiredAccess: Access.GENERIC_WRITE })).toBe(S.ACCESS_DENIED);
    const { fileId: most } = await bob.open('private', { desiredAccess: Access.MAXIMUM_ALLOWED });
    const granted = await bob.info(most, FileInformationClass.FileAccessInformation, fileAccessInformation);
    expect(granted & (Access.FILE_READ_DATA | Access.FILE_WRITE_DATA)).toBe(Access.FILE_READ_DATA);
    expect(await bob.write(most, 'x')).toBe(S.ACCESS_DENIED);
    await bob.close(most);
    await core.files.setattr(caller, file, { mode: 0o600 });
    expect(await bob.createStatus('private', { desiredAccess: Access.GENERIC_READ })).toBe(S.ACCESS_DENIED);
  });

  it('a read-only file is not opened for writing nor removed; who makes it writes it', async () => {
    const { fileId } = await alice.open('fixed', { fileAttributes: FileAttribute.READONLY });
    expect(await alice.write(fileId, 'once')).toBe(S.SUCCESS);
    await alice.close(fileId);
    expect(await alice.createStatus('fixed', { desiredAccess: Access.GENERIC_WRITE })).toBe(S.ACCESS_DENIED);
    expect(await alice.createStatus('fixed', { createDisposition: D.OVERWRITE })).toBe(S.ACCESS_DENIED);
    expect(await alice.remove('fixed')).toBe(S.CANNOT_DELETE);
    const { fileId: reading } = await alice.open('fixed', { desiredAccess: Access.GENERIC_READ });
    expect(Buffer.from((await alice.read(reading, 0, 10)).body!.data).toString()).toBe('once');
    await alice.close(reading);
  });

  it('a read-only share is opened for reading', async () => {
    const client = await world.logOn('alice');
    await client.treeConnect('fixed');
    const fixed = new FileClient(client);
    expect(await fixed.createStatus('', { desiredAccess: Access.GENERIC_READ })).toBe(S.SUCCESS);
    expect(await fixed.createStatus('new', { createDisposition: D.CREATE })).toBe(S.ACCESS_DENIED);
    expect(await fixed.createStatus('', { desiredAccess: Access.GENERIC_WRITE })).toBe(S.ACCESS_DENIED);
    expect(await fixed.createStatus('', { desiredAccess: Access.MAXIMUM_ALLOWED })).toBe(S.SUCCESS);
  });
});

describe('share modes', () => {
  it.each([
    [Access.FILE_READ_DATA, SHARE_ALL, Access.FILE_WRITE_DATA, ShareAccess.READ, S.SUCCESS],
    [Access.FILE_READ_DATA, ShareAccess.READ, Access.FILE_WRITE_DATA, SHARE_ALL, S.SHARING_VIOLATION],
    [Access.FILE_WRITE_DATA, SHARE_ALL, Access.FILE_READ_DATA, ShareAccess.READ, S.SHARING_VIOLATION],
    [Access.FILE_READ_DATA, ShareAccess.READ, Access.DELETE, SHARE_ALL, S.SHARING_VIOLATION],
    [Access.FILE_READ_DATA, 0, Access.FILE_READ_ATTRIBUTES, 0, S.SUCCESS],
    [Access.FILE_READ_ATTRIBUTES, 0, Access.FILE_WRITE_DATA, 0, S.SUCCESS],
    [Access.FILE_EXECUTE, ShareAccess.WRITE, Access.FILE_READ_DATA, SHARE_ALL, S.SHARING_VIOLATION],
  ])('0x%s sharing %i, then 0x%s sharing %i', async (first, firstShares, second, secondShares, status) => {
    await alice.file('shared');
    const { fileId } = await alice.open('shared', { desiredAccess: first, shareAccess: firstShares });
    expect(await alice.createStatus('shared', { desiredAccess: second, shareAccess: secondShares })).toBe(status);
    await alice.close(fileId);
  });
});

describe('delete on close', () => {
  it('removes at the last close, and keeps others out before', async () => {
    const { fileId } = await alice.open('going', { createOptions: O.DELETE_ON_CLOSE });
    const { fileId: other } = await alice.open('going', { createDisposition: D.OPEN });
    await alice.close(fileId);
    expect(await alice.createStatus('going')).toBe(S.DELETE_PENDING);
    expect(
      (await alice.info(other, FileInformationClass.FileStandardInformation, fileStandardInformation)).deletePending,
    ).toBe(true);
    await alice.close(other);
    expect(await alice.createStatus('going')).toBe(S.OBJECT_NAME_NOT_FOUND);
  });

  it('needs DELETE, and what can be deleted', async () => {
    await alice.file('staying');
    const createOptions = O.DELETE_ON_CLOSE;
    expect(await alice.createStatus('staying', { createOptions, desiredAccess: Access.GENERIC_READ })).toBe(
      S.ACCESS_DENIED,
    );
    expect(
      await alice.createStatus('new', {
        createOptions,
        createDisposition: D.CREATE,
        fileAttributes: FileAttribute.READONLY,
      }),
    ).toBe(S.CANNOT_DELETE);
    expect(await alice.createStatus('new')).toBe(S.OBJECT_NAME_NOT_FOUND);
  });

  it('of a directory that is filled meanwhile leaves it', async () => {
    const createOptions = O.DELETE_ON_CLOSE | O.DIRECTORY_FILE;
    const { fileId } = await alice.open('filled', { createOptions });
    await alice.file('filled\\file');
    await alice.close(fileId);
    expect(await alice.names('filled')).toContain('file');
  });
});

describe('contexts', () => {
  it('maximal access and on-disk id are answered', async () => {
    const { core } = world;
    const share = core.shares.byName('smb', 'default', 'data')!;
    const { createContexts, fileId } = await alice.open('asked', {
      desiredAccess: Access.FILE_READ_ATTRIBUTES,
      createContexts: [
        createContext(CreateContextName.QUERY_MAXIMAL_ACCESS, maximalAccessRequest, { timestamp: undefined }),
        { name: CreateContextName.QUERY_ON_DISK_ID, data: new Uint8Array(0) },
        { name: 'XyZw', data: new Uint8Array(3) },
      ],
    });
    const maximal = findCreateContextData(
      createContexts,
      CreateContextName.QUERY_MAXIMAL_ACCESS,
      maximalAccessResponse,
    );
    expect(maximal).toEqual({ queryStatus: 0, maximalAccess: ALL });
    const id = findCreateContextData(createContexts, CreateContextName.QUERY_ON_DISK_ID, onDiskIdResponse);
    expect(id?.volumeId).toBe(BigInt(share.id));
    await alice.close(fileId);
  });

  it('snapshots and durable reconnects find nothing; leases and durable handles are not granted', async () => {
    const timewarp = createContext(CreateContextName.TIMEWARP_TOKEN, timewarpToken, 1n);
    expect(await alice.createStatus('asked', { createContexts: [timewarp] })).toBe(S.OBJECT_NAME_NOT_FOUND);
    const reconnect = { name: CreateContextName.DURABLE_HANDLE_RECONNECT, data: new Uint8Array(16) };
    expect(await alice.createStatus('asked', { createContexts: [reconnect] })).toBe(S.OBJECT_NAME_NOT_FOUND);
    const lease = { name: CreateContextName.REQUEST_LEASE, data: new Uint8Array(32) };
    const durable = { name: CreateContextName.DURABLE_HANDLE_REQUEST, data: new Uint8Array(16) };
    const opened = await alice.open('asked', { createContexts: [lease, durable], requestedOplockLevel: 0xff });
    expect(opened).toMatchObject({ oplockLevel: 0, createContexts: [] });
    await alice.close(opened.fileId);
  });

  it('room and extended attributes are given to what is made', async () => {
    const opened = await alice.open('furnished', {
      createContexts: [createContext(CreateContextName.ALLOCATION_SIZE, allocationSize, 65_536), eas(['ONE', '1'])],
    });
    expect(opened).toMatchObject({ allocationSize: 65_536, endOfFile: 0 });
    const { body } = await alice.query(opened.fileId, InfoType.FILE, FileInformationClass.FileFullEaInformation);
    expect(Buffer.from(body!.outputBuffer).toString('latin1')).toContain('ONE\0' + '1');
    await alice.close(opened.fileId);
    const tooMuch = createContext(CreateContextName.ALLOCATION_SIZE, allocationSize, Number.MAX_SAFE_INTEGER);
    tooMuch.data.fill(0x7f);
    const bad = await alice.create('unfurnished', { createDisposition: D.CREATE, createContexts: [tooMuch] });
    expect(bad.status).toBe(S.DISK_FULL);
    expect(await alice.createStatus('unfurnished')).toBe(S.OBJECT_NAME_NOT_FOUND);
    const alone = { createDisposition: D.CREATE, createContexts: [tooMuch], shareAccess: 0 };
    expect(await alice.createStatus('unfurnished', alone)).toBe(S.DISK_FULL);
    expect(await alice.createStatus('unfurnished')).toBe(S.OBJECT_NAME_NOT_FOUND);
    await alice.file('kept', 'content');
    const over = { createDisposition: D.OVERWRITE, createContexts: [tooMuch] };
    expect(await alice.createStatus('kept', over)).toBe(S.DISK_FULL);
    const misnamed = { createDisposition: D.OVERWRITE, createContexts: [eas(['A*B', '1'])] };
    expect(await alice.createStatus('kept', misnamed)).toBe(S.INVALID_EA_NAME);
    expect(await alice.content('kept')).toBe('content');
  });
});

describe('streams', () => {
  it('are files of their own beside the unnamed one', async () => {
    await alice.file('base:first', 'one');
    expect(await alice.content('base')).toBe('');
    expect(await alice.content('BASE:FIRST:$data')).toBe('one');
    await alice.file('base', 'content');
    expect(await alice.content('base::$DATA')).toBe('content');
    expect(await alice.createStatus('base:none')).toBe(S.OBJECT_NAME_NOT_FOUND);
    expect(await alice.createStatus('base:first', { createDisposition: D.CREATE })).toBe(S.OBJECT_NAME_COLLISION);
    expect(await alice.createStatus('base:first', { createOptions: O.DIRECTORY_FILE })).toBe(S.NOT_A_DIRECTORY);
    await alice.directory('with-streams');
    await alice.file('with-streams:note', 'n');
    expect(await alice.content('with-streams:note')).toBe('n');
    expect(await alice.createStatus('with-streams::$DATA')).toBe(S.FILE_IS_A_DIRECTORY);
    expect(await alice.createStatus('with-streams:$I30:$INDEX_ALLOCATION')).toBe(S.SUCCESS);
    expect(await alice.remove('base:first')).toBe(S.SUCCESS);
    expect(await alice.createStatus('base:first')).toBe(S.OBJECT_NAME_NOT_FOUND);
    expect(await alice.content('base')).toBe('content');
  });
});

describe('symbolic links', () => {
  it('are followed inside the share, removed as themselves, and lead nowhere else', async () => {
    const { core } = world;
    const caller = world.callerOf('alice');
    const share = core.shares.byName('smb', 'default', 'data')!;
    const root = core.files.root(share.id);
    const link = (name: string, target: string) =>
      core.files.symlink(caller, root, Buffer.from(name), Buffer.from(target), { mode: 0o777 });
    await alice.directory('real');
    await alice.file('real\\file', 'behind the link');
    await link('to-file', 'real/file');
    await link('to-directory', './real/.');
    await link('up', 'real/../real');
    await link('out', '../elsewhere');
    await link('absolute', '/etc/passwd');
    await link('loop', 'loop');
    expect(await alice.content('to-file')).toBe('behind the link');
    expect(await alice.content('to-directory\\file')).toBe('behind the link');
    expect(await alice.content('up\\file')).toBe('behind the link');
    for (const name of ['out', 'absolute', 'loop']) {
      expect(await alice.createStatus(name), name).toBe(S.OBJECT_NAME_NOT_FOUND);
      expect(await alice.createStatus(`${name}\\below`), name).toBe(S.OBJECT_PATH_NOT_FOUND);
      expect(await alice.createStatus(name, { createOptions: O.OPEN_REPARSE_POINT }), name).toBe(S.SUCCESS);
    }
    expect(await alice.createStatus('to-file', { createDisposition: D.CREATE })).toBe(S.OBJECT_NAME_COLLISION);
    expect(await alice.remove('to-file')).toBe(S.SUCCESS);
    expect(await alice.content('real\\file')).toBe('behind the link');
    const names = await alice.names('');
    expect(names).not.toContain('to-file');
    expect(names).toContain('loop');
  });
});

it('a related compound goes on with the open that CREATE gave', async () => {
  const { client } = alice;
  const flags = HeaderFlag.RELATED_OPERATIONS;
  const write = {
    offset: 0,
    fileId: RELATED_FILE_ID,
    channel: 0,
    remainingBytes: 0,
    flags: 0,
    data: Buffer.from('abc'),
  };
  const begun = client.compound([
    { command: Command.CREATE, body: createRequest('compound', { createDisposition: D.CREATE }) },
    { command: Command.WRITE, body: { ...write, writeChannelInfo: new Uint8Array(0) }, unusual: { flags } },
    { command: Command.CLOSE, body: { flags: 1, fileId: RELATED_FILE_ID }, unusual: { flags } },
  ]);
  const [created, written, closed] = await Promise.all(begun.map(({ response }) => response));
  expect([created!.status, written!.status, closed!.status]).toEqual([S.SUCCESS, S.SUCCESS, S.SUCCESS]);
  expect(closed!.body).toMatchObject({ flags: 1, endOfFile: 3 });
});

function eas(...entries: readonly (readonly [string, string])[]) {
  const w = new Writer();
  const values = entries.map(([eaName, value]) => ({ flags: 0, eaName, eaValue: Buffer.from(value) }));
  writeChain(w, fileFullEaInformation, EA_ENTRY_UNIT, values);
  return { name: CreateContextName.EA_BUFFER, data: Buffer.concat(w.finish().parts) };
}

it('a share that goes while it is connected is a name that is gone', async () => {
  const { core } = world;
  const owner = core.accounts.userByName('default', 'alice')!.id;
  const caller = world.callerOf('alice');
  const head = { ...caller, principal: { ...caller.principal, superuser: true } };
  const share = await core.shares.create(head, { tenant: 'default', name: 'going', owner, doors: { smb: {} } });
  const client = await world.logOn('alice');
  await client.treeConnect('going');
  const going = new FileClient(client);
  await going.file('file');
  await core.shares.remove(head, share.id, { force: true });
  expect(await going.createStatus('file')).toBe(S.NETWORK_NAME_DELETED);
  expect(await going.createStatus('')).toBe(S.NETWORK_NAME_DELETED);
});

it('overwriting with more extended attributes than fit loses nothing', async () => {
  const failing = await makeSmbWorld({ services: ({ files }) => ({ files: withoutRoomFor(files, 'user.BIG') }) });
  const client = new FileClient(await failing.client());
  await client.file('full', 'content', { createContexts: [eas(['NAME', 'value'])] });
  for (const createOptions of [0, O.DELETE_ON_CLOSE]) {
    const over = { createDisposition: D.OVERWRITE, createOptions, createContexts: [eas(['SMALL', '1'], ['BIG', '2'])] };
    expect(await client.createStatus('full', over)).toBe(S.EA_TOO_LARGE);
    expect(await client.content('full')).toBe('content');
    const { fileId } = await client.open('full', { createDisposition: D.OPEN });
    const { body } = await client.query(fileId, InfoType.FILE, FileInformationClass.FileFullEaInformation);
    const kept = Buffer.from(body!.outputBuffer).toString('latin1');
    expect(kept).toContain('NAME\0' + 'value');
    expect(kept).not.toContain('SMALL');
    await client.close(fileId);
  }
  expect(failing.faults).toEqual([]);
  await failing.close();
});

function withoutRoomFor(files: SmbServices['files'], name: string): SmbServices['files'] {
  return new Proxy(files, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]): unknown => {
        if (key === 'setxattr' && args[2] === name) return Promise.reject(new StorageError('noSpace'));
        return Reflect.apply(value, target, args);
      };
    },
  });
}
