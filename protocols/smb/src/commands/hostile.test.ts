import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Command } from '../messages/command.ts';
import { CreateContextName } from '../messages/create-contexts/list.ts';
import type { FileId } from '../messages/file-id.ts';
import { CtlCode } from '../messages/ioctl.ts';
import { NtStatus } from '../nt-status.ts';
import { createRequest, FileClient } from '../test/file-client.ts';
import { makeSmbWorld, type SmbWorld } from '../test/smb-world.ts';

let world: SmbWorld;
let alice: FileClient;
let opens: readonly FileId[];
beforeAll(async () => {
  world = await makeSmbWorld();
  alice = new FileClient(await world.client());
  await alice.file('file', 'content');
  const names = ['file', 'file:stream', 'directory\\'];
  opens = await Promise.all(names.map(async (name) => (await alice.open(name)).fileId));
});
afterAll(() => world.close());

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 120 }),
  fc.array(fc.constantFrom(0, 0, 0, 1, 8, 64, 255), { maxLength: 120 }).map((list) => Uint8Array.from(list)),
);
const open = fc.nat(2);
/** Whatever was sent, the server answers with a status and goes on: nothing is a fault of ours. */
const unharmed = async (status: Promise<{ readonly status: number }>): Promise<void> => {
  expect((await status).status).not.toBe(NtStatus.INTERNAL_ERROR);
  expect(world.faults).toEqual([]);
  expect(world.dropped).toEqual([]);
};

it('SET_INFO with any buffer', async () => {
  const property = fc.asyncProperty(
    ...[open, fc.constantFrom(1, 1, 1, 2, 3, 4), fc.nat(70), fc.nat(15), bytes],
    (which, infoType, fileInfoClass, additionalInformation, buffer) => {
      const fileId = opens[which]!;
      const request = { infoType, fileInfoClass, additionalInformation, fileId, buffer };
      return unharmed(alice.client.request(Command.SET_INFO, request));
    },
  );
  await fc.assert(property, { numRuns: 400 });
});

it('QUERY_INFO with any class and buffer', async () => {
  const property = fc.asyncProperty(
    ...[open, fc.nat(5), fc.nat(70), fc.nat(300), fc.nat(127), bytes],
    (which, infoType, fileInfoClass, outputBufferLength, additionalInformation, inputBuffer) => {
      const more = { outputBufferLength, additionalInformation, inputBuffer, flags: additionalInformation };
      return unharmed(alice.query(opens[which]!, infoType, fileInfoClass, more));
    },
  );
  await fc.assert(property, { numRuns: 400 });
});

it('FSCTLs with any input', async () => {
  const { FSCTL_VALIDATE_NEGOTIATE_INFO: _, ...codes } = CtlCode;
  const property = fc.asyncProperty(
    ...[open, fc.constantFrom(...Object.values(codes)), bytes, fc.nat(200)],
    (which, ctlCode, input, room) => unharmed(alice.fsctl(opens[which]!, ctlCode, input, room)),
  );
  await fc.assert(property, { numRuns: 400 });
});

it('CREATE with any fields', async () => {
  const name = fc.oneof(
    fc.string({ maxLength: 12, unit: 'binary' }),
    fc.constantFrom(
      'file',
      'directory\\x',
      'file:s',
      ':s',
      '..',
      'a\\..\\file',
      'file::$DATA',
      'directory:$I30:$INDEX_ALLOCATION',
    ),
  );
  const context = fc.record({ name: fc.constantFrom(...Object.values(CreateContextName), 'ABCD'), data: bytes });
  const bits = fc.oneof(fc.constantFrom(0, 1, 7, 0x40, 0x1000, 0x0020_0000), fc.nat());
  const fields = fc.record({
    desiredAccess: fc.oneof(fc.constantFrom(0x0200_0000, 0x001f_01ff, 0x0001_0000), fc.nat()),
    fileAttributes: bits,
    shareAccess: fc.nat(8),
    createDisposition: fc.nat(6),
    createOptions: bits,
    createContexts: fc.array(context, { maxLength: 3 }),
  });
  const property = fc.asyncProperty(name, fields, async (text, values) => {
    const created = alice.client.request(Command.CREATE, createRequest(text, values));
    await unharmed(created);
    const { body } = await created;
    if (body !== undefined) await alice.close(body.fileId);
  });
  await fc.assert(property, { numRuns: 600 });
});
