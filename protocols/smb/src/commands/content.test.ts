import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileInformationClass } from '../information/classes.ts';
import { fileBasicInformation, filePositionInformation, fileStandardInformation } from '../information/file.ts';
import { Command } from '../messages/command.ts';
import { Access, CreateOption } from '../messages/create.ts';
import { LockFlag } from '../messages/lock.ts';
import { NtStatus as S } from '../nt-status.ts';
import { FileClient } from '../test/file-client.ts';
import { makeSmbWorld, type SmbWorld } from '../test/smb-world.ts';

let world: SmbWorld;
let alice: FileClient;
let second: FileClient;
beforeAll(async () => {
  world = await makeSmbWorld();
  alice = new FileClient(await world.client());
  second = new FileClient(await world.client());
});
afterAll(async () => {
  await world.close();
  expect(world.faults).toEqual([]);
});

describe('READ', () => {
  it('gives what there is, and END_OF_FILE where nothing is', async () => {
    const { fileId } = await alice.open('read');
    await alice.write(fileId, 'abcdef');
    const text = async (offset: number, length: number): Promise<string> =>
      Buffer.from((await alice.read(fileId, offset, length)).body!.data).toString();
    expect(await text(0, 100)).toBe('abcdef');
    expect(await text(2, 3)).toBe('cde');
    expect((await alice.read(fileId, 6, 0)).status).toBe(S.SUCCESS);
    expect((await alice.read(fileId, 6, 1)).status).toBe(S.END_OF_FILE);
    expect((await alice.read(fileId, 2 ** 52, 1)).status).toBe(S.END_OF_FILE);
    expect((await alice.read(fileId, 4, 10, 3)).status).toBe(S.END_OF_FILE);
    expect(await alice.info(fileId, FileInformationClass.FilePositionInformation, filePositionInformation)).toBe(6);
    expect((await alice.read(fileId, 0, 16 * 1024 * 1024)).status).toBe(S.INVALID_PARAMETER);
    await alice.close(fileId);
    expect((await alice.read(fileId, 0, 1)).status).toBe(S.FILE_CLOSED);
  });

  it('needs the access, and a file', async () => {
    const { fileId } = await alice.open('read', { desiredAccess: Access.FILE_WRITE_DATA });
    expect((await alice.read(fileId, 0, 1)).status).toBe(S.ACCESS_DENIED);
    await alice.close(fileId);
    const { fileId: executing } = await alice.open('read', { desiredAccess: Access.FILE_EXECUTE });
    expect((await alice.read(executing, 0, 1)).status).toBe(S.SUCCESS);
    await alice.close(executing);
    const { fileId: directory } = await alice.open('directory', { createOptions: CreateOption.DIRECTORY_FILE });
    expect((await alice.read(directory, 0, 1)).status).toBe(S.INVALID_DEVICE_REQUEST);
    expect(await alice.write(directory, 'x')).toBe(S.INVALID_DEVICE_REQUEST);
    await alice.close(directory);
  });
});

describe('WRITE', () => {
  it('extends, leaves holes, and is stable where that is asked for', async () => {
    const { fileId } = await alice.open('write');
    expect(await alice.write(fileId, 'ab', 3)).toBe(S.SUCCESS);
    expect(await alice.write(fileId, 'x', 0, 1)).toBe(S.SUCCESS);
    expect(await alice.write(fileId, '', 100)).toBe(S.SUCCESS);
    expect(Buffer.from((await alice.read(fileId, 0, 10)).body!.data)).toEqual(Buffer.from('x\0\0ab'));
    await alice.close(fileId);
    const { fileId: through } = await alice.open('write', { createOptions: CreateOption.WRITE_THROUGH });
    expect(await alice.write(through, 'y')).toBe(S.SUCCESS);
    expect((await alice.client.request(Command.FLUSH, { fileId: through })).status).toBe(S.SUCCESS);
    await alice.close(through);
  });

  it('needs the access', async () => {
    const { fileId } = await alice.open('write', { desiredAccess: Access.GENERIC_READ });
    expect(await alice.write(fileId, 'x')).toBe(S.ACCESS_DENIED);
    expect((await alice.client.request(Command.FLUSH, { fileId })).status).toBe(S.ACCESS_DENIED);
    await alice.close(fileId);
  });

  it('of who may only append goes to the end, whoever else appends', async () => {
    const desiredAccess = Access.FILE_APPEND_DATA | Access.SYNCHRONIZE;
    const { fileId: one } = await alice.open('log', { desiredAccess });
    const { fileId: two } = await second.open('log', { desiredAccess });
    const lines = Array.from({ length: 40 }, (_, index) => [
      alice.write(one, `a${index}\n`),
      second.write(two, `b${index}\n`),
    ]);
    expect(new Set(await Promise.all(lines.flat()))).toEqual(new Set([S.SUCCESS]));
    await Promise.all([alice.close(one), second.close(two)]);
    const written = (await alice.content('log')).trim().split('\n');
    expect(written).toHaveLength(80);
    expect(written.filter((line) => line.startsWith('a'))).toEqual(
      Array.from({ length: 40 }, (_, index) => `a${index}`),
    );
  });

  it('does not move a time that was set or frozen through the open', async () => {
    const { fileId } = await alice.open('times');
    const basic = { creationTime: 0n, lastAccessTime: 0n, changeTime: 0n, fileAttributes: 0 };
    const { FileBasicInformation: cls } = FileInformationClass;
    const modified = async (): Promise<bigint> => (await alice.info(fileId, cls, fileBasicInformation)).lastWriteTime;
    const set = 132_000_000_000_000_000n;
    await alice.set(fileId, cls, fileBasicInformation, { ...basic, lastWriteTime: set });
    await alice.write(fileId, 'x');
    expect(await modified()).toBe(set);
    await alice.set(fileId, cls, fileBasicInformation, { ...basic, lastWriteTime: 0xffff_ffff_ffff_fffen });
    await alice.write(fileId, 'y');
    const moved = await modified();
    expect(moved).toBeGreaterThan(set);
    await alice.set(fileId, cls, fileBasicInformation, { ...basic, lastWriteTime: 0xffff_ffff_ffff_ffffn });
    await alice.write(fileId, 'z');
    expect(await modified()).toBe(moved);
    await alice.close(fileId);
  });
});

describe('CLOSE', () => {
  it('tells what the file is like where that is asked for', async () => {
    const { fileId } = await alice.open('closed');
    await alice.write(fileId, 'abc');
    const { body } = await alice.client.request(Command.CLOSE, { flags: 1, fileId });
    expect(body).toMatchObject({ flags: 1, endOfFile: 3, fileAttributes: 0x20 });
    expect(await alice.close(fileId)).toBe(S.FILE_CLOSED);
    const { fileId: again } = await alice.open('closed');
    const quiet = await alice.client.request(Command.CLOSE, { flags: 0, fileId: again });
    expect(quiet.body).toMatchObject({ flags: 0, endOfFile: 0 });
  });
});

describe('LOCK', () => {
  const { SHARED_LOCK: shared, EXCLUSIVE_LOCK: exclusive, UNLOCK } = LockFlag;

  it('binds reads and writes of others', async () => {
    const { fileId: mine } = await alice.open('locked');
    const { fileId: others } = await second.open('locked');
    await alice.write(mine, '0123456789');
    expect(await alice.lock(mine, 0, 5, exclusive)).toBe(S.SUCCESS);
    expect((await second.read(others, 4, 1)).status).toBe(S.FILE_LOCK_CONFLICT);
    expect((await second.read(others, 5, 1)).status).toBe(S.SUCCESS);
    expect(await second.write(others, 'x', 0)).toBe(S.FILE_LOCK_CONFLICT);
    expect(await second.lock(others, 4, 1, shared)).toBe(S.LOCK_NOT_GRANTED);
    expect(await alice.unlock(mine, 0, 4)).toBe(S.RANGE_NOT_LOCKED);
    expect(await alice.unlock(mine, 0, 5)).toBe(S.SUCCESS);
    expect(await alice.lock(mine, 0, 5, shared)).toBe(S.SUCCESS);
    expect((await second.read(others, 0, 1)).status).toBe(S.SUCCESS);
    expect(await alice.write(mine, 'x', 0)).toBe(S.FILE_LOCK_CONFLICT);
    await alice.close(mine);
    expect(await second.write(others, 'x', 0)).toBe(S.SUCCESS);
    await second.close(others);
  });

  it('of several takes all or none, and only one may wait', async () => {
    const { fileId: mine } = await alice.open('locked');
    const { fileId: others } = await second.open('locked');
    await second.lock(others, 20, 1, exclusive);
    const element = (offset: bigint, flags: number) => ({ offset, length: 1n, flags });
    const several = (...locks: { offset: bigint; length: bigint; flags: number }[]) =>
      alice.client.request(Command.LOCK, { lockSequence: 0, fileId: mine, locks });
    const now = LockFlag.FAIL_IMMEDIATELY;
    expect((await several(element(10n, exclusive | now), element(20n, exclusive | now))).status).toBe(
      S.LOCK_NOT_GRANTED,
    );
    expect(await second.lock(others, 10, 1, exclusive)).toBe(S.SUCCESS);
    expect((await several(element(30n, exclusive), element(31n, exclusive))).status).toBe(S.INVALID_PARAMETER);
    expect((await several(element(30n, exclusive | now), element(31n, UNLOCK))).status).toBe(S.INVALID_PARAMETER);
    expect((await several(element(30n, UNLOCK), element(31n, exclusive))).status).toBe(S.RANGE_NOT_LOCKED);
    expect((await several({ offset: 2n ** 64n - 1n, length: 2n, flags: exclusive | now })).status).toBe(
      S.INVALID_LOCK_RANGE,
    );
    await Promise.all([alice.close(mine), second.close(others)]);
  });

  it('waits, is granted in time, cancelled, or ends with its open', async () => {
    const { fileId: mine } = await alice.open('locked');
    const { fileId: others } = await second.open('locked');
    const wait = () =>
      alice.client.begin(Command.LOCK, {
        lockSequence: 0,
        fileId: mine,
        locks: [{ offset: 0n, length: 1n, flags: exclusive }],
      });
    await second.lock(others, 0, 1, exclusive);
    const granted = wait();
    await granted.interim;
    await second.unlock(others, 0, 1);
    expect((await granted.response).status).toBe(S.SUCCESS);
    await alice.unlock(mine, 0, 1);
    await second.lock(others, 0, 1, exclusive);
    const cancelled = wait();
    const { asyncId } = await cancelled.interim;
    alice.client.cancel({ messageId: cancelled.messageId, asyncId: asyncId! });
    expect((await cancelled.response).status).toBe(S.CANCELLED);
    const closed = wait();
    await closed.interim;
    await alice.close(mine);
    expect((await closed.response).status).toBe(S.RANGE_NOT_LOCKED);
    await second.close(others);
  });
});

it('what an open holds ends with its session', async () => {
  const client = await world.client();
  const leaving = new FileClient(client);
  const { fileId } = await leaving.open('held', { shareAccess: 0 });
  expect(await alice.createStatus('held')).toBe(S.SHARING_VIOLATION);
  await leaving.lock(fileId, 0, 1, LockFlag.EXCLUSIVE_LOCK);
  await client.request(Command.LOGOFF, {});
  const { fileId: free } = await alice.open('held');
  expect(await alice.lock(free, 0, 1, LockFlag.EXCLUSIVE_LOCK)).toBe(S.SUCCESS);
  const { numberOfLinks } = await alice.info(
    free,
    FileInformationClass.FileStandardInformation,
    fileStandardInformation,
  );
  expect(numberOfLinks).toBe(1);
  await alice.close(free);
});
