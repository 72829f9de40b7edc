import type { DeviceNumber } from '@polynas/core/service';
import { Writer } from '@polynas/core/wire';
import { textOfName } from '../../names/name-text.ts';
import { NtStatus } from '../../nt-status.ts';
import type { FsctlRow } from '../../server/fsctl-row.ts';
import { StatusError } from '../../status.ts';
import { REPARSE_TAG_NFS, REPARSE_TAG_SYMLINK } from '../reparse-tag.ts';

/** SYMLINK_FLAG_RELATIVE (MS-FSCC 2.1.2.4). */
const RELATIVE = 0x1;
const SLASH = 0x2f;

/** InodeType of the Network File System reparse data buffer (MS-FSCC 2.1.2.6). */
const SPECIAL_FILES = {
  fifo: 0x4f46_4946n,
  socket: 0x4b43_4f53n,
  block: 0x4b4c_42n,
  character: 0x5248_43n,
} as const;

/** FSCTL_GET_REPARSE_POINT (MS-FSCC 2.3.31): what is neither file nor directory, as far as it was opened as that. Of a symbolic link the target, with `\` for `/`. */
export const getReparsePoint: FsctlRow = {
  needs: 'file',
  async handle(context, request, { type, open }) {
    if (type === 'file' || type === 'directory') throw new StatusError(NtStatus.NOT_A_REPARSE_POINT);
    const caller = context.caller();
    const { files } = context.parts.services;
    const output =
      type === 'symlink'
        ? symlinkBuffer((await files.readlink(caller, open.file)).target)
        : specialBuffer(
            SPECIAL_FILES[type],
            (await open.getattr(caller)).rdev,
            type === 'block' || type === 'character',
          );
    if (output.length <= request.maxOutputResponse) return output;
    return { status: NtStatus.BUFFER_OVERFLOW, output: output.subarray(0, request.maxOutputResponse) };
  },
};

/** Network File System Reparse Data Buffer (MS-FSCC 2.1.2.6). */
function specialBuffer(inodeType: bigint, { major, minor }: DeviceNumber, isDevice: boolean): Uint8Array {
  const w = new Writer();
  w.u32le(REPARSE_TAG_NFS);
  w.u16le(isDevice ? 16 : 8);
  w.zeros(2);
  w.u64le(inodeType);
  if (isDevice) {
    w.u32le(major);
    w.u32le(minor);
  }
  return Buffer.concat(w.finish().parts);
}

/** Symbolic Link Reparse Data Buffer (MS-FSCC 2.1.2.4). */
function symlinkBuffer(target: Uint8Array): Uint8Array {
  const text = textOfTarget(target);
  const length = text.length * 2;
  const w = new Writer();
  w.u32le(REPARSE_TAG_SYMLINK);
  w.u16le(12 + 2 * length);
  w.zeros(2);
  // The substitute name and the print name: one after the other, and the same.
  w.u16le(0);
  w.u16le(length);
  w.u16le(length);
  w.u16le(length);
  w.u32le(target[0] === SLASH ? 0 : RELATIVE);
  w.utf16le(text);
  w.utf16le(text);
  return Buffer.concat(w.finish().parts);
}

function textOfTarget(target: Uint8Array): string {
  const names: string[] = [];
  for (let from = 0; from <= target.length;) {
    const slash = target.indexOf(SLASH, from);
    const end = slash < 0 ? target.length : slash;
    const name = target.subarray(from, end);
    // Names of their own meaning are not shown as others are.
    names.push(/^\.{0,2}$/.test(Buffer.from(name).toString('latin1')) ? '.'.repeat(name.length) : textOfName(name));
    from = end + 1;
  }
  return names.join('\\');
}
