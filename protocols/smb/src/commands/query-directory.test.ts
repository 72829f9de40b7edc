import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileAttribute, FileInformationClass } from '../information/classes.ts';
import { directoryEntries } from '../information/directory.ts';
import { Access, CreateOption } from '../messages/create.ts';
import { QueryDirectoryFlag as Flag } from '../messages/query-directory.ts';
import { NtStatus as S } from '../nt-status.ts';
import { FileClient } from '../test/file-client.ts';
import { makeSmbWorld, type SmbWorld } from '../test/smb-world.ts';

let world: SmbWorld;
let alice: FileClient;
beforeAll(async () => {
  world = await makeSmbWorld();
  alice = new FileClient(await world.client());
  await alice.directory('list');
  for (const name of ['One.txt', 'two.TXT', 'three.doc', 'three.tar.gz', 'noext'])
    await alice.file(`list\\${name}`, name);
  await alice.directory('list\\sub');
});
afterAll(async () => {
  await world.close();
  expect(world.faults).toEqual([]);
});

const open = async (name = 'list') => (await alice.open(name, { createOptions: CreateOption.DIRECTORY_FILE })).fileId;
const names = async (fileId: Awaited<ReturnType<typeof open>>, more = {}): Promise<string[]> =>
  (await alice.entries(fileId, more)).map(({ fileName }) => fileName);

it('lists everything once, the directory and its parent first, then says that it is done', async () => {
  const fileId = await open();
  const all = await names(fileId);
  expect(all.slice(0, 2)).toEqual(['.', '..']);
  expect(all.slice(2).toSorted()).toEqual(['One.txt', 'noext', 'sub', 'three.doc', 'three.tar.gz', 'two.TXT']);
  expect((await alice.queryDirectory(fileId)).status).toBe(S.NO_MORE_FILES);
  expect((await alice.queryDirectory(fileId, { flags: Flag.RESTART_SCANS })).status).toBe(S.SUCCESS);
  await alice.close(fileId);
});

it.each([
  ['*.txt', ['One.txt', 'two.TXT']],
  ['*.t*', ['One.txt', 'three.tar.gz', 'two.TXT']],
  ['three.*', ['three.doc', 'three.tar.gz']],
  ['t<.doc', ['three.doc']],
  ['???.*', ['One.txt', 'two.TXT']],
  ['ONE.TXT', ['One.txt']],
  ['.', ['.']],
  ['nothing', []],
  ['nothing*', []],
])('the expression %s means %j', async (fileName, expected) => {
  const fileId = await open();
  if (fileName === '.') expect(await names(fileId, { fileName: '.*' })).toContain('.');
  else if (expected.length === 0)
    expect((await alice.queryDirectory(fileId, { fileName })).status).toBe(S.NO_SUCH_FILE);
  else
    expect((await names(fileId, { fileName })).filter((name) => name !== '.' && name !== '..').toSorted()).toEqual(
      expected,
    );
  await alice.close(fileId);
});

it('goes on with its expression, until it is opened anew', async () => {
  const fileId = await open();
  const flags = Flag.RETURN_SINGLE_ENTRY;
  expect(await names(fileId, { fileName: 'three*', flags })).toHaveLength(1);
  expect(await names(fileId, { fileName: '*', flags })).toHaveLength(1);
  expect(await names(fileId, { fileName: '*', flags })).toHaveLength(0);
  expect(await names(fileId, { fileName: '', flags: Flag.RESTART_SCANS })).toHaveLength(2);
  expect(await names(fileId, { fileName: 'noext', flags: Flag.REOPEN })).toEqual(['noext']);
  await alice.close(fileId);
});

it('cuts what does not fit, and loses nothing', async () => {
  await alice.directory('many');
  const made = Array.from(
    { length: 300 },
    (_, index) => `file-${String(index).padStart(4, '0')}-${'x'.repeat(index % 60)}`,
  );
  for (const name of made) await alice.file(`many\\${name}`);
  const fileId = await open('many');
  const found: string[] = [];
  for (;;) {
    const some = await names(fileId, { outputBufferLength: 1000 });
    if (some.length === 0) break;
    expect(some.length).toBeLessThan(12);
    found.push(...some);
  }
  expect(found.slice(2).toSorted()).toEqual(made.toSorted());
  expect((await alice.queryDirectory(fileId, { outputBufferLength: 64, flags: Flag.RESTART_SCANS })).status).toBe(
    S.INFO_LENGTH_MISMATCH,
  );
  await alice.close(fileId);
});

it('tells of each entry what CREATE tells, in every class', async () => {
  const fileId = await open();
  const file = await alice.open('list\\One.txt');
  for (const fileInformationClass of directoryEntries.keys()) {
    const flags = Flag.REOPEN;
    const [entry] = await alice.entries(fileId, { fileInformationClass, fileName: 'one.txt', flags });
    expect(entry?.fileName).toBe('One.txt');
    if (fileInformationClass === FileInformationClass.FileNamesInformation) continue;
    expect(entry).toMatchObject({
      endOfFile: 7,
      fileAttributes: FileAttribute.ARCHIVE,
      creationTime: file.creationTime,
      lastWriteTime: file.lastWriteTime,
      allocationSize: file.allocationSize,
    });
  }
  await Promise.all([alice.close(file.fileId), alice.close(fileId)]);
});

describe('is refused', () => {
  it('without access, for files, for classes and expressions that are none', async () => {
    const { fileId: blind } = await alice.open('list', { desiredAccess: Access.FILE_READ_ATTRIBUTES });
    expect((await alice.queryDirectory(blind)).status).toBe(S.ACCESS_DENIED);
    await alice.close(blind);
    const { fileId: file } = await alice.open('list\\noext');
    expect((await alice.queryDirectory(file)).status).toBe(S.INVALID_PARAMETER);
    await alice.close(file);
    const fileId = await open();
    expect((await alice.queryDirectory(fileId, { fileInformationClass: 99 })).status).toBe(S.INVALID_INFO_CLASS);
    expect((await alice.queryDirectory(fileId, { fileName: 'a\\b' })).status).toBe(S.OBJECT_NAME_INVALID);
    expect((await alice.queryDirectory(fileId, { fileName: '*'.repeat(256) })).status).toBe(S.OBJECT_NAME_INVALID);
    await alice.close(fileId);
  });
});
