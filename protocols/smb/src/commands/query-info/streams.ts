import { Writer } from '@polynas/core/wire';
import { writeChain } from '../../information/chain.ts';
import { fileStreamInformation, type FileStreamInformation, STREAM_ENTRY_UNIT } from '../../information/file.ts';
import type { OpenContext } from '../../server/command-row.ts';
import type { FileOpen } from '../../server/file-open.ts';
import type { Information } from './information.ts';

const STREAM_FIXED = 32;

/** FileStreamInformation (MS-FSCC 2.4): the unnamed stream, which directories have not, and the named ones. */
export async function streamInformation(context: OpenContext, file: FileOpen): Promise<Information> {
  const caller = context.caller();
  const { files } = context.parts.services;
  const { share, id, base } = file.open.file;
  const owner = { share, id: base ?? id };
  const attributes = await files.getattr(caller, owner);
  const entries: FileStreamInformation[] = [];
  if (attributes.type === 'file') {
    const { size, allocated } = attributes;
    entries.push({ streamName: '::$DATA', streamSize: size, streamAllocationSize: allocated });
  }
  for (const { name, size, allocated } of await files.streams(caller, owner)) {
    entries.push({ streamName: `:${name}:$DATA`, streamSize: size, streamAllocationSize: allocated });
  }
  const w = new Writer();
  writeChain(w, fileStreamInformation, STREAM_ENTRY_UNIT, entries);
  return { bytes: Buffer.concat(w.finish().parts), atLeast: STREAM_FIXED };
}
