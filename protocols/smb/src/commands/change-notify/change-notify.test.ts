import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readChain } from '../../information/chain.ts';
import { FileInformationClass } from '../../information/classes.ts';
import { fileDispositionInformation, fileRenameInformation } from '../../information/file.ts';
import { fileNotifyInformation, NOTIFY_ENTRY_UNIT, NotifyAction as A } from '../../information/notify.ts';
import { CompletionFilter as F, WATCH_TREE } from '../../messages/change-notify.ts';
import { Command } from '../../messages/command.ts';
import { Access, CreateOption } from '../../messages/create.ts';
import type { FileId } from '../../messages/file-id.ts';
import { NtStatus as S } from '../../nt-status.ts';
import { FileClient } from '../../test/file-client.ts';
import { makeSmbWorld, type SmbWorld } from '../../test/smb-world.ts';

const NAMES = F.FILE_NAME | F.DIR_NAME;

let world: SmbWorld;
let watcher: FileClient;
let actor: FileClient;
let count = 0;
beforeAll(async () => {
  world = await makeSmbWorld();
  watcher = new FileClient(await world.client());
  actor = new FileClient(await world.client());
});
afterAll(async () => {
  await world.close();
  expect(world.faults).toEqual([]);
});

const watched = async (): Promise<{ name: string; fileId: FileId }> => {
  count += 1;
  const name = `watched-${count}`;
  const desiredAccess = Access.GENERIC_READ;
  const { fileId } = await watcher.open(name, { createOptions: CreateOption.DIRECTORY_FILE, desiredAccess });
  return { name, fileId };
};
const begin = (fileId: FileId, { filter = NAMES, tree = false, length = 4096 } = {}) =>
  watcher.client.begin(Command.CHANGE_NOTIFY, {
    flags: tree ? WATCH_TREE : 0,
    outputBufferLength: length,
    fileId,
    completionFilter: filter,
  });
type Begun = ReturnType<typeof begin>;
const told = async ({ response }: Begun): Promise<[number, string][]> => {
  const { status, body } = await response;
  expect(status).toBe(S.SUCCESS);
  const entries = readChain(body!.outputBuffer, fileNotifyInformation, NOTIFY_ENTRY_UNIT);
  return entries.map(({ action, fileName }) => [action, fileName]);
};
const caller = () => world.callerOf('alice');
const shareId = () => world.core.shares.byName('smb', 'default', 'data')!.id;
const rootRef = () => world.core.files.root(shareId());

it('tells what somebody else does, at once', async () => {
  const { name, fileId } = await watched();
  const first = begin(fileId);
  await first.interim;
  await actor.file(`${name}\\Made`);
  expect(await told(first)).toEqual([[A.ADDED, 'Made']]);
  const second = begin(fileId);
  await actor.remove(`${name}\\Made`);
  expect(await told(second)).toEqual([[A.REMOVED, 'Made']]);
});

it('keeps what happens between requests, in order', async () => {
  const { name, fileId } = await watched();
  const first = begin(fileId, { tree: true });
  await first.interim;
  await actor.directory(`${name}\\sub`);
  expect(await told(first)).toEqual([[A.ADDED, 'sub']]);
  await actor.file(`${name}\\sub\\a`);
  const { fileId: moved } = await actor.open(`${name}\\sub\\a`);
  const rename = (fileName: string) =>
    actor.set(moved, FileInformationClass.FileRenameInformation, fileRenameInformation, {
      flags: 0,
      rootDirectory: 0n,
      fileName,
    });
  await rename(`${name}\\sub\\b`);
  await rename(`${name}\\c`);
  await actor.close(moved);
  expect(await told(begin(fileId))).toEqual([
    [A.ADDED, 'sub\\a'],
    [A.RENAMED_OLD_NAME, 'sub\\a'],
    [A.RENAMED_NEW_NAME, 'sub\\b'],
    [A.REMOVED, 'sub\\b'],
    [A.ADDED, 'c'],
  ]);
});

it('tells changes through any door, below as well where that is asked for', async () => {
  const { name, fileId } = await watched();
  const { files } = world.core;
  const { attributes } = await files.lookup(caller(), rootRef(), Buffer.from(name));
  const directory = { share: shareId(), id: attributes!.id };
  const first = begin(fileId, { tree: true });
  await first.interim;
  await files.create(caller(), directory, Buffer.from('file'), { kind: 'guarded' }, { mode: 0o644 });
  expect(await told(first)).toEqual([[A.ADDED, 'file']]);
  const made = await files.mkdir(caller(), directory, Buffer.from('folder'), { mode: 0o755 });
  const below = { share: shareId(), id: made.attributes.id };
  await files.create(caller(), below, Buffer.from('inside'), { kind: 'guarded' }, { mode: 0o644 });
  const seen: [number, string][] = [];
  while (seen.length < 2) seen.push(...(await told(begin(fileId))));
  expect(seen).toEqual([
    [A.ADDED, 'folder'],
    [A.ADDED, 'folder\\inside'],
  ]);
});

it('tells what is asked for only', async () => {
  const { name, fileId } = await watched();
  const writes = begin(fileId, { filter: F.LAST_WRITE });
  await writes.interim;
  await actor.file(`${name}\\file`);
  await actor.directory(`${name}\\folder`);
  await actor.file(`${name}\\folder\\deep`, 'x');
  await actor.file(`${name}\\file`, 'written');
  expect(await told(writes)).toEqual([[A.MODIFIED, 'file']]);
});

it('of more than fits asks to look again', async () => {
  const { name, fileId } = await watched();
  const first = begin(fileId, { length: 64 });
  await first.interim;
  await actor.file(`${name}\\short`);
  expect(await told(first)).toEqual([[A.ADDED, 'short']]);
  for (const file of ['one-name', 'another-name', 'and-a-third']) await actor.file(`${name}\\${file}`);
  const overflown = begin(fileId, { length: 64 });
  const { status, body } = await overflown.response;
  expect(status).toBe(S.NOTIFY_ENUM_DIR);
  expect(body?.outputBuffer).toHaveLength(0);
  const again = begin(fileId, { length: 64 });
  await again.interim;
  await actor.file(`${name}\\later`);
  expect(await told(again)).toEqual([[A.ADDED, 'later']]);
  const tiny = begin(fileId, { length: 8 });
  await tiny.interim;
  await actor.file(`${name}\\longer-than-eight-bytes`);
  expect((await tiny.response).status).toBe(S.NOTIFY_ENUM_DIR);
});

describe('ends', () => {
  it('by CANCEL', async () => {
    const { fileId } = await watched();
    const request = begin(fileId);
    const { asyncId } = await request.interim;
    watcher.client.cancel({ messageId: request.messageId, asyncId: asyncId! });
    expect((await request.response).status).toBe(S.CANCELLED);
  });

  it('with its open', async () => {
    const { fileId } = await watched();
    const request = begin(fileId);
    await request.interim;
    await watcher.close(fileId);
    expect((await request.response).status).toBe(S.NOTIFY_CLEANUP);
  });

  it('with its tree', async () => {
    const other = new FileClient(await world.client());
    const { fileId } = await other.open('', { createOptions: CreateOption.DIRECTORY_FILE });
    const request = other.client.begin(Command.CHANGE_NOTIFY, {
      flags: 0,
      outputBufferLength: 100,
      fileId,
      completionFilter: NAMES,
    });
    await request.interim;
    await other.client.request(Command.TREE_DISCONNECT, {});
    expect((await request.response).status).toBe(S.NOTIFY_CLEANUP);
  });

  it('when the directory is to go, or went', async () => {
    const { name, fileId } = await watched();
    const request = begin(fileId);
    await request.interim;
    const { fileId: doomed } = await actor.open(name);
    await actor.set(doomed, FileInformationClass.FileDispositionInformation, fileDispositionInformation, true);
    expect((await request.response).status).toBe(S.DELETE_PENDING);
    expect((await begin(fileId).response).status).toBe(S.DELETE_PENDING);
    await actor.set(doomed, FileInformationClass.FileDispositionInformation, fileDispositionInformation, false);
    const again = begin(fileId);
    await again.interim;
    await actor.file(`${name}\\saved`);
    expect(await told(again)).toEqual([[A.ADDED, 'saved']]);
    await actor.close(doomed);
    await actor.remove(`${name}\\saved`);
    await told(begin(fileId));
    const last = begin(fileId);
    await last.interim;
    expect(await actor.remove(name)).toBe(S.SUCCESS);
    expect((await last.response).status).toBe(S.DELETE_PENDING);
    await watcher.close(fileId);
    expect(await actor.createStatus(name)).toBe(S.OBJECT_NAME_NOT_FOUND);
  });
});

it('needs a directory that may be listed', async () => {
  const { fileId: file } = await watcher.open('a-file');
  expect((await begin(file).response).status).toBe(S.INVALID_PARAMETER);
  const { fileId: blind } = await watcher.open('', { desiredAccess: Access.FILE_READ_ATTRIBUTES });
  expect((await begin(blind).response).status).toBe(S.ACCESS_DENIED);
});
