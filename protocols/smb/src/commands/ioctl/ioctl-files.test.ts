import { Writer } from '@polynas/core/wire';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Access, CreateOption } from '../../messages/create.ts';
import { duplicateExtents } from '../../messages/fsctl/duplicate-extents.ts';
import { fileAllocatedRange, fileSetSparse, fileZeroData } from '../../messages/fsctl/ranges.ts';
import { RESUME_KEY_SIZE, srvCopychunkCopy, srvCopychunkResponse } from '../../messages/fsctl/srv-copychunk.ts';
import type { FileId } from '../../messages/file-id.ts';
import { CtlCode as C } from '../../messages/ioctl.ts';
import { LockFlag } from '../../messages/lock.ts';
import { decode, encode } from '../../messages/whole.ts';
import { NtStatus as S } from '../../nt-status.ts';
import { FileClient } from '../../test/file-client.ts';
import { makeSmbWorld, type SmbWorld } from '../../test/smb-world.ts';

let world: SmbWorld;
let alice: FileClient;
beforeAll(async () => {
  world = await makeSmbWorld();
  alice = new FileClient(await world.client());
});
afterAll(async () => {
  await world.close();
  expect(world.faults).toEqual([]);
});

const MEBIBYTE = 1024 * 1024;
const content = async (fileId: FileId): Promise<string> => {
  const { body } = await alice.read(fileId, 0, 60_000);
  return body === undefined ? '' : Buffer.from(body.data).toString();
};

describe('server-side copy', () => {
  const key = async (fileId: FileId): Promise<Uint8Array> => {
    const { body } = await alice.fsctl(fileId, C.FSCTL_SRV_REQUEST_RESUME_KEY, undefined, 32);
    return body!.output.subarray(0, RESUME_KEY_SIZE);
  };
  const copy = async (
    source: FileId,
    target: FileId,
    chunks: readonly { sourceOffset: number; targetOffset: number; length: number }[],
    ctlCode: number = C.FSCTL_SRV_COPYCHUNK,
  ) => {
    const input = encode(srvCopychunkCopy, { sourceKey: await key(source), chunks });
    const { status, body } = await alice.fsctl(target, ctlCode, input, 12);
    return { status, done: body && decode(srvCopychunkResponse, body.output) };
  };

  it('copies chunks between files and within one', async () => {
    const { fileId: source } = await alice.open('source');
    const { fileId: target } = await alice.open('target');
    await alice.write(source, 'abcdefghij');
    const chunks = [
      { sourceOffset: 0, targetOffset: 2, length: 3 },
      { sourceOffset: 8, targetOffset: 0, length: 2 },
    ];
    expect(await copy(source, target, chunks)).toEqual({
      status: S.SUCCESS,
      done: { chunksWritten: 2, chunkBytesWritten: 0, totalBytesWritten: 5 },
    });
    expect(await content(target)).toBe('ijabc');
    expect((await copy(source, source, [{ sourceOffset: 0, targetOffset: 10, length: 5 }])).status).toBe(S.SUCCESS);
    expect(await content(source)).toBe('abcdefghijabcde');
    await Promise.all([alice.close(source), alice.close(target)]);
  });

  it('tells its limits, and what it did before it failed', async () => {
    const { fileId: source } = await alice.open('source');
    const { fileId: target } = await alice.open('target');
    const one = { sourceOffset: 0, targetOffset: 0, length: 1 };
    const limits = { chunksWritten: 256, chunkBytesWritten: MEBIBYTE, totalBytesWritten: 16 * MEBIBYTE };
    for (const chunks of [
      Array.from({ length: 257 }, () => one),
      [{ ...one, length: MEBIBYTE + 1 }],
      [{ ...one, length: 0 }],
      Array.from({ length: 17 }, () => ({ ...one, length: MEBIBYTE })),
    ]) {
      const { status } = await copy(source, target, chunks);
      expect(status).toBe(S.INVALID_PARAMETER);
    }
    expect(limits.chunksWritten).toBe(256);
    expect((await copy(source, target, [one, { ...one, sourceOffset: 1000 }])).status).toBe(S.INVALID_VIEW_SIZE);
    const strange = encode(srvCopychunkCopy, { sourceKey: new Uint8Array(RESUME_KEY_SIZE), chunks: [one] });
    expect((await alice.fsctl(target, C.FSCTL_SRV_COPYCHUNK, strange)).status).toBe(S.OBJECT_NAME_NOT_FOUND);
    expect((await alice.fsctl(target, C.FSCTL_SRV_COPYCHUNK, strange, 11)).status).toBe(S.INVALID_PARAMETER);
    await Promise.all([alice.close(source), alice.close(target)]);
  });

  it('needs the access, and minds locks', async () => {
    const one = [{ sourceOffset: 0, targetOffset: 0, length: 1 }];
    const { fileId: source } = await alice.open('source');
    const { fileId: writing } = await alice.open('target', { desiredAccess: Access.FILE_WRITE_DATA });
    expect((await copy(source, writing, one)).status).toBe(S.ACCESS_DENIED);
    expect((await copy(source, writing, one, C.FSCTL_SRV_COPYCHUNK_WRITE)).status).toBe(S.SUCCESS);
    expect((await copy(writing, source, one)).status).toBe(S.ACCESS_DENIED);
    const { fileId: other } = await alice.open('source');
    await alice.lock(other, 0, 1, LockFlag.EXCLUSIVE_LOCK);
    expect((await copy(source, writing, one, C.FSCTL_SRV_COPYCHUNK_WRITE)).status).toBe(S.FILE_LOCK_CONFLICT);
    await Promise.all([source, writing, other].map((fileId) => alice.close(fileId)));
    const { fileId: directory } = await alice.open('directory', { createOptions: CreateOption.DIRECTORY_FILE });
    expect((await copy(directory, directory, one)).status).toBe(S.INVALID_DEVICE_REQUEST);
    await alice.close(directory);
  });

  it('duplicates extents within both files, and a sparse one grows', async () => {
    const { fileId: source } = await alice.open('extents');
    const { fileId: target } = await alice.open('copy');
    await alice.write(source, 'x'.repeat(8192));
    await alice.write(target, 'y'.repeat(8192));
    const duplicate = async (sourceFileId: FileId, from: number, to: number, byteCount: number): Promise<number> => {
      const value = { sourceFileId, sourceFileOffset: from, targetFileOffset: to, byteCount };
      return (await alice.fsctl(target, C.FSCTL_DUPLICATE_EXTENTS_TO_FILE, encode(duplicateExtents, value))).status;
    };
    expect(await duplicate(source, 0, 4096, 4096)).toBe(S.SUCCESS);
    expect(await content(target)).toBe('y'.repeat(4096) + 'x'.repeat(4096));
    expect(await duplicate(source, 4096, 0, 8192)).toBe(S.NOT_SUPPORTED);
    expect(await duplicate(source, 0, 4096, 8192)).toBe(S.NOT_SUPPORTED);
    expect(await duplicate(target, 0, 100, 200)).toBe(S.NOT_SUPPORTED);
    expect(await duplicate(source, 0, 8192, 4096)).toBe(S.NOT_SUPPORTED);
    expect((await alice.fsctl(target, C.FSCTL_SET_SPARSE)).status).toBe(S.SUCCESS);
    expect(await duplicate(source, 0, 8192, 4096)).toBe(S.SUCCESS);
    expect(await content(target)).toBe('y'.repeat(4096) + 'x'.repeat(8192));
    expect(await duplicate({ persistent: 9999n, volatile: 9999n }, 0, 0, 1)).toBe(S.INVALID_HANDLE);
    await Promise.all([alice.close(source), alice.close(target)]);
  });
});

describe('ranges', () => {
  const range = (fileOffset: number, length: number) => encode(fileAllocatedRange, { fileOffset, length });
  const ranges = async (fileId: FileId, from: number, length: number): Promise<[number, number][]> => {
    const { status, body } = await alice.fsctl(fileId, C.FSCTL_QUERY_ALLOCATED_RANGES, range(from, length));
    expect(status).toBe(S.SUCCESS);
    const found: [number, number][] = [];
    for (let at = 0; at < body!.output.length; at += 16) {
      const { fileOffset, length: bytes } = decode(fileAllocatedRange, body!.output.subarray(at, at + 16));
      found.push([fileOffset, bytes]);
    }
    return found;
  };

  it('of a sparse file are where its data is; others are data all through', async () => {
    const { fileId } = await alice.open('sparse');
    await alice.write(fileId, 'x', 2 * MEBIBYTE);
    expect(await ranges(fileId, 0, 4 * MEBIBYTE)).toEqual([[0, 2 * MEBIBYTE + 1]]);
    expect((await alice.fsctl(fileId, C.FSCTL_SET_SPARSE)).status).toBe(S.SUCCESS);
    const [first] = await ranges(fileId, 0, 4 * MEBIBYTE);
    expect(first![0]).toBeGreaterThan(0);
    expect(await ranges(fileId, 3 * MEBIBYTE, 1)).toEqual([]);
    const short = await alice.fsctl(fileId, C.FSCTL_QUERY_ALLOCATED_RANGES, range(0, 4 * MEBIBYTE), 15);
    expect(short.status).toBe(S.BUFFER_TOO_SMALL);
    expect((await alice.fsctl(fileId, C.FSCTL_SET_SPARSE, encode(fileSetSparse, false))).status).toBe(S.SUCCESS);
    await alice.close(fileId);
  });

  it('are zeroed, never beyond the end', async () => {
    const { fileId } = await alice.open('zeroed');
    await alice.write(fileId, 'abcdef');
    const zero = async (fileOffset: number, beyondFinalZero: number): Promise<number> =>
      (await alice.fsctl(fileId, C.FSCTL_SET_ZERO_DATA, encode(fileZeroData, { fileOffset, beyondFinalZero }))).status;
    expect(await zero(2, 4)).toBe(S.SUCCESS);
    expect(await content(fileId)).toBe('ab\0\0ef');
    expect(await zero(5, 1000)).toBe(S.SUCCESS);
    expect(await content(fileId)).toBe('ab\0\0e\0');
    expect(await zero(4, 2)).toBe(S.INVALID_PARAMETER);
    await alice.close(fileId);
    const { fileId: reading } = await alice.open('zeroed', { desiredAccess: Access.GENERIC_READ });
    const input = encode(fileZeroData, { fileOffset: 0, beyondFinalZero: 1 });
    expect((await alice.fsctl(reading, C.FSCTL_SET_ZERO_DATA, input)).status).toBe(S.ACCESS_DENIED);
    expect((await alice.fsctl(reading, C.FSCTL_SET_SPARSE)).status).toBe(S.ACCESS_DENIED);
    await alice.close(reading);
  });
});

it('the rest answers what there is to answer', async () => {
  const { fileId } = await alice.open('rest');
  const status = async (ctlCode: number, input?: Uint8Array): Promise<number> =>
    (await alice.fsctl(fileId, ctlCode, input)).status;
  const output = async (ctlCode: number): Promise<Uint8Array> => (await alice.fsctl(fileId, ctlCode)).body!.output;
  expect(await output(C.FSCTL_GET_COMPRESSION)).toHaveLength(2);
  expect(await status(C.FSCTL_SET_COMPRESSION, new Uint8Array(2))).toBe(S.SUCCESS);
  expect(await status(C.FSCTL_SET_COMPRESSION, Uint8Array.of(1, 0))).toBe(S.NOT_SUPPORTED);
  expect(await output(C.FSCTL_CREATE_OR_GET_OBJECT_ID)).toHaveLength(64);
  expect([...(await output(C.FSCTL_SRV_ENUMERATE_SNAPSHOTS))]).toEqual(Array.from({ length: 16 }, () => 0));
  expect(await status(C.FSCTL_GET_REPARSE_POINT)).toBe(S.NOT_A_REPARSE_POINT);
  expect(await status(C.FSCTL_SRV_READ_HASH)).toBe(S.HASH_NOT_SUPPORTED);
  expect(await status(C.FSCTL_LMR_REQUEST_RESILIENCY)).toBe(S.NOT_SUPPORTED);
  expect(await status(C.FSCTL_FILE_LEVEL_TRIM)).toBe(S.NOT_SUPPORTED);
  expect(await status(0x0009_0000)).toBe(S.INVALID_DEVICE_REQUEST);
  await alice.close(fileId);
});

it('a symbolic link that is opened as such tells its target', async () => {
  const { core } = world;
  const root = core.files.root(core.shares.byName('smb', 'default', 'data')!.id);
  const target = Buffer.from('../up/na:me');
  await core.files.symlink(world.callerOf('alice'), root, Buffer.from('link'), target, { mode: 0o777 });
  const { fileId, fileAttributes } = await alice.open('link', { createOptions: CreateOption.OPEN_REPARSE_POINT });
  expect(fileAttributes & 0x400).toBe(0x400);
  const { body } = await alice.fsctl(fileId, C.FSCTL_GET_REPARSE_POINT);
  const text = '..\\up\\na\uf022me';
  const w = new Writer();
  w.u32le(0xa000_000c);
  w.u16le(12 + text.length * 4);
  w.zeros(2);
  for (const number of [0, text.length * 2, text.length * 2, text.length * 2]) w.u16le(number);
  w.u32le(1);
  w.utf16le(text + text);
  expect(Buffer.from(body!.output)).toEqual(Buffer.concat(w.finish().parts));
  await alice.close(fileId);
});

it('a special file tells what it is, and has no content', async () => {
  const { core } = world;
  const root = core.files.root(core.shares.byName('smb', 'default', 'data')!.id);
  const rdev = { major: 0, minor: 0 };
  await core.files.mknod(world.callerOf('alice'), root, Buffer.from('pipe'), 'fifo', rdev, { mode: 0o666 });
  const { fileId } = await alice.open('pipe');
  const { body } = await alice.fsctl(fileId, C.FSCTL_GET_REPARSE_POINT);
  expect(Buffer.from(body!.output).toString('hex')).toBe('14000080080000004649464f00000000');
  expect((await alice.read(fileId, 0, 1)).status).toBe(S.INVALID_DEVICE_REQUEST);
  expect(await alice.write(fileId, 'x')).toBe(S.INVALID_DEVICE_REQUEST);
  expect(await alice.lock(fileId, 0, 1, LockFlag.EXCLUSIVE_LOCK)).toBe(S.INVALID_PARAMETER);
  await alice.close(fileId);
});
