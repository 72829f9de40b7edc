import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Writer } from '@polynas/core/wire';
import { readChain, writeChain } from '../information/chain.ts';
import { FileAttribute, FileInformationClass as C, FileSystemInformationClass as F } from '../information/classes.ts';
import {
  EA_ENTRY_UNIT,
  type FileFullEaInformation,
  fileFullEaInformation,
  fileGetEaInformation,
} from '../information/extended-attributes.ts';
import {
  fileAllInformation,
  fileAllocationInformation,
  fileBasicInformation,
  fileDispositionInformation,
  fileDispositionInformationEx,
  fileEndOfFileInformation,
  fileModeInformation,
  fileNameInformation,
  filePositionInformation,
  fileRenameInformation,
  fileRenameInformationEx,
  fileStandardInformation,
  fileStreamInformation,
  STREAM_ENTRY_UNIT,
} from '../information/file.ts';
import {
  fileFsAttributeInformation,
  fileFsFullSizeInformation,
  fileFsVolumeInformation,
} from '../information/file-system.ts';
import { Command } from '../messages/command.ts';
import { Access, CreateDisposition, CreateOption, ShareAccess } from '../messages/create.ts';
import type { FileId } from '../messages/file-id.ts';
import { InfoType, SecurityInformation } from '../messages/query-info.ts';
import { decode, encode } from '../messages/whole.ts';
import { NtStatus as S } from '../nt-status.ts';
import { AceType, DescriptorControl, securityDescriptor } from '../security/descriptor.ts';
import { FileClient } from '../test/file-client.ts';
import { makeSmbWorld, type SmbWorld } from '../test/smb-world.ts';

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

const DIRECTORY = { createOptions: CreateOption.DIRECTORY_FILE };
const KEEP = { creationTime: 0n, lastAccessTime: 0n, lastWriteTime: 0n, changeTime: 0n, fileAttributes: 0 };

describe('QUERY_INFO of files', () => {
  it('tells all of it at once', async () => {
    await alice.directory('Deep');
    const { fileId } = await alice.open('deep\\File.txt');
    await alice.write(fileId, 'abc');
    const all = await alice.info(fileId, C.FileAllInformation, fileAllInformation);
    expect(all).toMatchObject({
      standard: { endOfFile: 3, numberOfLinks: 1, deletePending: false, directory: false },
      accessFlags: 0x001f_01ff,
      fileName: '\\Deep\\File.txt',
      eaSize: 0,
    });
    expect(await alice.info(fileId, C.FileNormalizedNameInformation, fileNameInformation)).toBe('Deep\\File.txt');
    expect(await alice.info(fileId, C.FileNameInformation, fileNameInformation)).toBe('\\Deep\\File.txt');
    expect(await alice.info(fileId, C.FileAlternateNameInformation, fileNameInformation)).toBe('FILE.TXT');
    await alice.close(fileId);
    const { fileId: root } = await alice.open('');
    expect(await alice.info(root, C.FileNameInformation, fileNameInformation)).toBe('\\');
    await alice.close(root);
  });

  it.each([
    [C.FileBasicInformation, 40],
    [C.FileStandardInformation, 24],
    [C.FileInternalInformation, 8],
    [C.FileEaInformation, 4],
    [C.FileAccessInformation, 4],
    [C.FilePositionInformation, 8],
    [C.FileModeInformation, 4],
    [C.FileAlignmentInformation, 4],
    [C.FileCompressionInformation, 16],
    [C.FileNetworkOpenInformation, 56],
    [C.FileAttributeTagInformation, 8],
    [C.FileIdInformation, 24],
  ])('class %i has %i bytes, and no less', async (cls, bytes) => {
    const { fileId } = await alice.open('sizes');
    const whole = await alice.query(fileId, InfoType.FILE, cls, { outputBufferLength: bytes });
    expect(whole.body?.outputBuffer).toHaveLength(bytes);
    const short = await alice.query(fileId, InfoType.FILE, cls, { outputBufferLength: bytes - 1 });
    expect(short.status).toBe(S.INFO_LENGTH_MISMATCH);
    await alice.close(fileId);
  });

  it('cuts what is variable', async () => {
    const { fileId } = await alice.open('a-name-that-is-cut');
    const cut = await alice.query(fileId, InfoType.FILE, C.FileNameInformation, { outputBufferLength: 12 });
    expect(cut.status).toBe(S.BUFFER_OVERFLOW);
    expect(cut.body?.outputBuffer).toHaveLength(12);
    const none = await alice.query(fileId, InfoType.FILE, C.FileNameInformation, { outputBufferLength: 7 });
    expect(none.status).toBe(S.INFO_LENGTH_MISMATCH);
    await alice.close(fileId);
  });

  it('refuses classes that it has not, and what was not granted', async () => {
    const { fileId } = await alice.open('sizes', { desiredAccess: Access.SYNCHRONIZE });
    const status = async (infoType: number, cls: number) => (await alice.query(fileId, infoType, cls)).status;
    expect(await status(InfoType.FILE, 200)).toBe(S.INVALID_INFO_CLASS);
    expect(await status(InfoType.FILESYSTEM, 200)).toBe(S.INVALID_INFO_CLASS);
    expect(await status(InfoType.QUOTA, 0)).toBe(S.NOT_SUPPORTED);
    expect(await status(7, 0)).toBe(S.INVALID_PARAMETER);
    expect(await status(InfoType.FILE, C.FileBasicInformation)).toBe(S.ACCESS_DENIED);
    expect(await status(InfoType.FILE, C.FileFullEaInformation)).toBe(S.ACCESS_DENIED);
    expect(await status(InfoType.FILE, C.FileStandardInformation)).toBe(S.SUCCESS);
    await alice.close(fileId);
  });

  it('lists streams', async () => {
    await alice.file('streams', 'abc');
    await alice.file('streams:Two', 'xy');
    const { fileId } = await alice.open('streams');
    const { body } = await alice.query(fileId, InfoType.FILE, C.FileStreamInformation);
    const entries = readChain(body!.outputBuffer, fileStreamInformation, STREAM_ENTRY_UNIT);
    expect(entries.map(({ streamName, streamSize }) => [streamName, streamSize])).toEqual([
      ['::$DATA', 3],
      [':Two:$DATA', 2],
    ]);
    await alice.close(fileId);
  });
});

describe('QUERY_INFO of the share', () => {
  it('names it, and tells how much room there is', async () => {
    const { fileId } = await alice.open('');
    const ask = async (cls: number) => (await alice.query(fileId, InfoType.FILESYSTEM, cls)).body!.outputBuffer;
    expect(decode(fileFsVolumeInformation, await ask(F.FileFsVolumeInformation)).volumeLabel).toBe('data');
    expect(decode(fileFsAttributeInformation, await ask(F.FileFsAttributeInformation)).fileSystemName).toBe('NTFS');
    const size = decode(fileFsFullSizeInformation, await ask(F.FileFsFullSizeInformation));
    expect(size.totalAllocationUnits).toBeGreaterThanOrEqual(size.callerAvailableAllocationUnits);
    for (const [cls, bytes] of [
      [F.FileFsSizeInformation, 24],
      [F.FileFsDeviceInformation, 8],
      [F.FileFsControlInformation, 48],
      [F.FileFsObjectIdInformation, 64],
      [F.FileFsSectorSizeInformation, 28],
    ] as const) {
      expect(await ask(cls), String(cls)).toHaveLength(bytes);
    }
    await alice.close(fileId);
  });
});

describe('security', () => {
  const all = SecurityInformation.OWNER | SecurityInformation.GROUP | SecurityInformation.DACL;
  const asked = { additionalInformation: all };

  it('is owner, group, and the mode as an ACL; what is set comes back', async () => {
    const { fileId } = await alice.open('secured');
    const { body } = await alice.query(fileId, InfoType.SECURITY, 0, asked);
    const descriptor = decode(securityDescriptor, body!.outputBuffer);
    expect(descriptor).toMatchObject({ owner: 'S-1-22-1-1000', group: 'S-1-22-2-1000' });
    expect(descriptor.dacl?.aces).toHaveLength(3);
    const dacl = {
      aclRevision: 2,
      aces: [
        { aceType: AceType.ACCESS_ALLOWED, aceFlags: 0, mask: 0x001f_01ff, sid: 'S-1-22-1-1000' },
        { aceType: AceType.ACCESS_ALLOWED, aceFlags: 0, mask: 0x0012_0089, sid: 'S-1-1-0' },
      ],
    };
    expect(await setSecurity(fileId, SecurityInformation.DACL, dacl)).toBe(S.SUCCESS);
    const { core } = world;
    const root = core.files.root(core.shares.byName('smb', 'default', 'data')!.id);
    const looked = await core.files.lookup(world.callerOf('alice'), root, Buffer.from('secured'));
    expect(looked.attributes?.mode).toBe(0o744);
    expect(await bob.createStatus('secured', { desiredAccess: Access.WRITE_DAC })).toBe(S.ACCESS_DENIED);
    await alice.close(fileId);
  });

  it('that cannot be kept is refused', async () => {
    const { fileId } = await alice.open('secured');
    const aces = [{ aceType: AceType.ACCESS_ALLOWED, aceFlags: 0, mask: 0x001f_01ff, sid: 'S-1-22-1-4711' }];
    expect(await setSecurity(fileId, SecurityInformation.DACL, { aclRevision: 2, aces })).toBe(S.NOT_SUPPORTED);
    expect(await setSecurity(fileId, SecurityInformation.SACL, { aclRevision: 2, aces })).toBe(S.ACCESS_DENIED);
    expect(await setSecurity(fileId, SecurityInformation.OWNER, undefined, 'S-1-5-18')).toBe(S.INVALID_OWNER);
    expect(await setSecurity(fileId, SecurityInformation.OWNER, undefined, 'S-1-22-1-1001')).toBe(S.ACCESS_DENIED);
    expect(await setSecurity(fileId, SecurityInformation.OWNER, undefined, 'S-1-22-1-1000')).toBe(S.SUCCESS);
    const small = await alice.query(fileId, InfoType.SECURITY, 0, { ...asked, outputBufferLength: 8 });
    expect(small.status).toBe(S.BUFFER_TOO_SMALL);
    expect((await alice.query(fileId, InfoType.SECURITY, 0, { additionalInformation: 8 })).status).toBe(
      S.ACCESS_DENIED,
    );
    await alice.close(fileId);
  });

  async function setSecurity(fileId: FileId, what: number, acl: object | undefined, owner?: string): Promise<number> {
    const value = {
      control: acl === undefined ? 0 : DescriptorControl.DACL_PRESENT,
      owner,
      group: undefined,
      sacl: undefined,
      dacl: acl as never,
    };
    const request = { infoType: InfoType.SECURITY, fileInfoClass: 0, additionalInformation: what, fileId };
    const buffer = encode(securityDescriptor, value);
    return (await alice.client.request(Command.SET_INFO, { ...request, buffer })).status;
  }
});

describe('SET_INFO', () => {
  it('sets times and attributes', async () => {
    const { fileId } = await alice.open('basic');
    const time = 131_000_000_000_000_000n;
    const wanted = { creationTime: time, lastAccessTime: time + 10n, lastWriteTime: time + 20n, changeTime: 0n };
    const fileAttributes = FileAttribute.HIDDEN | FileAttribute.ARCHIVE;
    const set = (value: object) =>
      alice.set(fileId, C.FileBasicInformation, fileBasicInformation, { ...KEEP, ...value });
    expect(await set({ ...wanted, fileAttributes })).toBe(S.SUCCESS);
    const { changeTime: _, ...shown } = await alice.info(fileId, C.FileBasicInformation, fileBasicInformation);
    expect(shown).toMatchObject({
      creationTime: time,
      lastAccessTime: time + 10n,
      lastWriteTime: time + 20n,
      fileAttributes,
    });
    expect(await set({ fileAttributes: FileAttribute.NORMAL })).toBe(S.SUCCESS);
    const after = await alice.info(fileId, C.FileBasicInformation, fileBasicInformation);
    expect(after).toMatchObject({ creationTime: time, fileAttributes: FileAttribute.NORMAL });
    expect(await set({ fileAttributes: FileAttribute.DIRECTORY })).toBe(S.INVALID_PARAMETER);
    expect(await set({ lastWriteTime: 0xffff_ffff_ffff_fff0n })).toBe(S.INVALID_PARAMETER);
    expect(await alice.setBytes(fileId, C.FileBasicInformation, new Uint8Array(10))).toBe(S.INFO_LENGTH_MISMATCH);
    await alice.close(fileId);
  });

  it('cuts and extends, and reserves', async () => {
    const { fileId } = await alice.open('size');
    await alice.write(fileId, 'abcdef');
    const end = (size: number) => alice.set(fileId, C.FileEndOfFileInformation, fileEndOfFileInformation, size);
    const allocate = (size: number) => alice.set(fileId, C.FileAllocationInformation, fileAllocationInformation, size);
    const standard = () => alice.info(fileId, C.FileStandardInformation, fileStandardInformation);
    expect(await end(3)).toBe(S.SUCCESS);
    expect(await end(10)).toBe(S.SUCCESS);
    expect(Buffer.from((await alice.read(fileId, 0, 20)).body!.data).toString()).toBe(`abc${'\0'.repeat(7)}`);
    expect(await allocate(4096)).toBe(S.SUCCESS);
    expect(await standard()).toMatchObject({ endOfFile: 10, allocationSize: 4096 });
    expect(await allocate(2)).toBe(S.SUCCESS);
    expect((await standard()).endOfFile).toBe(2);
    const huge = Buffer.alloc(8, 0x7f);
    expect(await alice.setBytes(fileId, C.FileEndOfFileInformation, huge)).toBe(S.DISK_FULL);
    expect(await alice.setBytes(fileId, C.FileEndOfFileInformation, Buffer.alloc(8, 0xff))).toBe(S.INVALID_PARAMETER);
    await alice.close(fileId);
    const { fileId: reading } = await alice.open('size', { desiredAccess: Access.GENERIC_READ });
    expect(await alice.set(reading, C.FileEndOfFileInformation, fileEndOfFileInformation, 0)).toBe(S.ACCESS_DENIED);
    await alice.close(reading);
  });

  it('disposes', async () => {
    await alice.directory('disposed');
    await alice.file('disposed\\file');
    const { fileId: directory } = await alice.open('disposed', DIRECTORY);
    const dispose = (fileId: FileId, pending: boolean) =>
      alice.set(fileId, C.FileDispositionInformation, fileDispositionInformation, pending);
    expect(await dispose(directory, true)).toBe(S.DIRECTORY_NOT_EMPTY);
    const { fileId } = await alice.open('disposed\\file');
    expect(await dispose(fileId, true)).toBe(S.SUCCESS);
    expect(await dispose(fileId, false)).toBe(S.SUCCESS);
    expect(await dispose(fileId, true)).toBe(S.SUCCESS);
    const posix = encode(fileDispositionInformationEx, 3);
    expect(await alice.setBytes(fileId, C.FileDispositionInformationEx, posix)).toBe(S.NOT_SUPPORTED);
    await alice.close(fileId);
    expect(await alice.set(directory, C.FileDispositionInformationEx, fileDispositionInformationEx, 1)).toBe(S.SUCCESS);
    await alice.close(directory);
    expect(await alice.createStatus('disposed')).toBe(S.OBJECT_NAME_NOT_FOUND);
    const { fileId: root } = await alice.open('');
    expect(await dispose(root, true)).toBe(S.CANNOT_DELETE);
    await alice.close(root);
    await alice.file('kept', '', { fileAttributes: FileAttribute.READONLY });
    const { fileId: kept } = await alice.open('kept', { desiredAccess: Access.DELETE });
    expect(await dispose(kept, true)).toBe(S.CANNOT_DELETE);
    expect(await alice.set(kept, C.FileDispositionInformationEx, fileDispositionInformationEx, 0x11)).toBe(S.SUCCESS);
    await alice.close(kept);
  });

  it('sets position and mode', async () => {
    const { fileId } = await alice.open('position');
    expect(await alice.set(fileId, C.FilePositionInformation, filePositionInformation, 77)).toBe(S.SUCCESS);
    expect(await alice.info(fileId, C.FilePositionInformation, filePositionInformation)).toBe(77);
    expect(await alice.set(fileId, C.FileModeInformation, fileModeInformation, 2)).toBe(S.SUCCESS);
    expect(await alice.info(fileId, C.FileModeInformation, fileModeInformation)).toBe(2);
    expect(await alice.set(fileId, C.FileModeInformation, fileModeInformation, 0x1000)).toBe(S.INVALID_PARAMETER);
    expect(await alice.setBytes(fileId, C.FileValidDataLengthInformation, new Uint8Array(8))).toBe(
      S.PRIVILEGE_NOT_HELD,
    );
    expect(await alice.setBytes(fileId, 200, new Uint8Array(8))).toBe(S.INVALID_INFO_CLASS);
    await alice.close(fileId);
  });
});

describe('renames', () => {
  const rename = (fileId: FileId, fileName: string, flags = 0) =>
    alice.set(fileId, C.FileRenameInformation, fileRenameInformation, { flags, rootDirectory: 0n, fileName });
  const renamed = async (from: string, to: string, flags = 0): Promise<number> => {
    const { fileId } = await alice.open(from, { createDisposition: CreateDisposition.OPEN });
    const status = await rename(fileId, to, flags);
    await alice.close(fileId);
    return status;
  };

  it('move names, within and between directories, and their case', async () => {
    await alice.directory('from');
    await alice.directory('to');
    await alice.file('from\\a', 'content');
    expect(await renamed('from\\a', 'to\\b')).toBe(S.SUCCESS);
    expect(await alice.content('to\\b')).toBe('content');
    expect(await renamed('to\\b', 'to\\B')).toBe(S.SUCCESS);
    expect(await alice.names('to')).toEqual(['.', '..', 'B']);
    expect(await renamed('to', 'from\\inner')).toBe(S.SUCCESS);
    expect(await alice.content('from\\inner\\b')).toBe('content');
  });

  it('take over what is there only where they may', async () => {
    await alice.file('source', 's');
    await alice.file('target', 't');
    await alice.directory('occupied');
    expect(await renamed('source', 'target')).toBe(S.OBJECT_NAME_COLLISION);
    expect(await renamed('source', 'occupied', 1)).toBe(S.ACCESS_DENIED);
    const { fileId } = await alice.open('target', { shareAccess: ShareAccess.READ | ShareAccess.WRITE });
    expect(await renamed('source', 'target', 1)).toBe(S.ACCESS_DENIED);
    await alice.close(fileId);
    expect(await renamed('source', 'target', 1)).toBe(S.SUCCESS);
    expect(await alice.content('target')).toBe('s');
    expect(await renamed('target', 'nowhere\\x')).toBe(S.OBJECT_PATH_NOT_FOUND);
    expect(await renamed('target', 'a*b')).toBe(S.OBJECT_NAME_INVALID);
  });

  it('of directories wait for what is open below, and for who has the target directory open', async () => {
    await alice.directory('busy');
    await alice.file('busy\\open');
    const { fileId: below } = await alice.open('busy\\open');
    expect(await renamed('busy', 'idle')).toBe(S.ACCESS_DENIED);
    await alice.close(below);
    const held = { ...DIRECTORY, desiredAccess: Access.DELETE };
    const { fileId: holder } = await alice.open('busy', held);
    expect(await renamed('busy\\open', 'busy\\other')).toBe(S.SHARING_VIOLATION);
    await alice.close(holder);
    const { fileId: alone } = await alice.open('busy', { ...DIRECTORY, shareAccess: ShareAccess.READ });
    expect(await renamed('busy\\open', 'busy\\other')).toBe(S.SHARING_VIOLATION);
    await alice.close(alone);
    expect(await renamed('busy', 'idle')).toBe(S.SUCCESS);
  });

  it('need DELETE; POSIX ones are refused; streams have `:names`', async () => {
    const { fileId } = await alice.open('source', { desiredAccess: Access.GENERIC_WRITE });
    expect(await rename(fileId, 'x')).toBe(S.ACCESS_DENIED);
    await alice.close(fileId);
    const { fileId: all } = await alice.open('source');
    const posix = { flags: 3, rootDirectory: 0n, fileName: 'x' };
    expect(await alice.set(all, C.FileRenameInformationEx, fileRenameInformationEx, posix)).toBe(S.NOT_SUPPORTED);
    await alice.close(all);
    await alice.file('base:old', 'o');
    const { fileId: stream } = await alice.open('base:old');
    expect(await rename(stream, 'base:other')).toBe(S.SHARING_VIOLATION);
    expect(await rename(stream, ':new')).toBe(S.SUCCESS);
    await alice.close(stream);
    expect(await alice.content('base:new')).toBe('o');
    expect(await alice.createStatus('base:old')).toBe(S.OBJECT_NAME_NOT_FOUND);
  });

  it('links are further names', async () => {
    await alice.file('linked', 'l');
    await alice.file('there', 't');
    const { fileId } = await alice.open('linked');
    const link = (fileName: string, flags = 0) =>
      alice.set(fileId, C.FileLinkInformation, fileRenameInformation, { flags, rootDirectory: 0n, fileName });
    expect(await link('second')).toBe(S.SUCCESS);
    expect(await link('there')).toBe(S.OBJECT_NAME_COLLISION);
    const { fileId: held } = await alice.open('there');
    expect(await link('there', 1)).toBe(S.ACCESS_DENIED);
    await alice.close(held);
    expect(await alice.content('there')).toBe('t');
    expect(await link('there', 1)).toBe(S.SUCCESS);
    expect((await alice.info(fileId, C.FileStandardInformation, fileStandardInformation)).numberOfLinks).toBe(3);
    await alice.close(fileId);
    expect(await alice.content('there')).toBe('l');
    await alice.file('alone', 'a');
    const { fileId: alone } = await alice.open('alone');
    for (const fileName of ['alone', 'ALONE']) {
      const itself = { flags: 1, rootDirectory: 0n, fileName };
      expect(await alice.set(alone, C.FileLinkInformation, fileRenameInformation, itself)).toBe(S.SUCCESS);
    }
    await alice.close(alone);
    expect(await alice.content('alone')).toBe('a');
    const { fileId: directory } = await alice.open('', DIRECTORY);
    const value = { flags: 0, rootDirectory: 0n, fileName: 'x' };
    expect(await alice.set(directory, C.FileLinkInformation, fileRenameInformation, value)).toBe(S.FILE_IS_A_DIRECTORY);
    await alice.close(directory);
  });
});

describe('extended attributes', () => {
  it('are set, told, and removed, without regard to case', async () => {
    const { fileId } = await alice.open('ea');
    const set = async (...entries: [string, string][]): Promise<number> => {
      const w = new Writer();
      const values = entries.map(([eaName, value]) => ({ flags: 0, eaName, eaValue: Buffer.from(value) }));
      writeChain(w, fileFullEaInformation, EA_ENTRY_UNIT, values);
      return alice.setBytes(fileId, C.FileFullEaInformation, Buffer.concat(w.finish().parts));
    };
    const told = async (more = {}): Promise<[string, string][]> => {
      const { body } = await alice.query(fileId, InfoType.FILE, C.FileFullEaInformation, more);
      const entries: readonly FileFullEaInformation[] = readChain(
        body!.outputBuffer,
        fileFullEaInformation,
        EA_ENTRY_UNIT,
      );
      return entries.map(({ eaName, eaValue }) => [eaName, Buffer.from(eaValue).toString()]);
    };
    expect(await set(['One', '1'], ['TWO', '22'])).toBe(S.SUCCESS);
    expect((await told()).toSorted(([a], [b]) => (a < b ? -1 : 1))).toEqual([
      ['One', '1'],
      ['TWO', '22'],
    ]);
    expect(await set(['ONE', 'changed'])).toBe(S.SUCCESS);
    const w = new Writer();
    writeChain(w, fileGetEaInformation, EA_ENTRY_UNIT, ['one', 'missing']);
    expect(await told({ inputBuffer: Buffer.concat(w.finish().parts) })).toEqual([
      ['one', 'changed'],
      ['missing', ''],
    ]);
    expect(await told({ flags: 2 })).toHaveLength(1);
    expect(await set(['one', ''], ['two', ''], ['gone', ''])).toBe(S.SUCCESS);
    expect((await alice.query(fileId, InfoType.FILE, C.FileFullEaInformation)).status).toBe(S.NO_EAS_ON_FILE);
    await alice.close(fileId);
  });
});
