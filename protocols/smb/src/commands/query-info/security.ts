import { Access } from '../../messages/create.ts';
import { type QueryInfoRequest, SecurityInformation } from '../../messages/query-info.ts';
import { encode } from '../../messages/whole.ts';
import { NtStatus } from '../../nt-status.ts';
import { DescriptorControl, securityDescriptor } from '../../security/descriptor.ts';
import { sidOfGid, sidOfUid } from '../../security/identity.ts';
import { aclOfMode } from '../../security/mode.ts';
import type { OpenContext } from '../../server/command-row.ts';
import type { FileOpen } from '../../server/file-open.ts';
import { StatusError } from '../../status.ts';
import { needAccess } from '../file-of.ts';
import type { Information } from './information.ts';

const s = SecurityInformation;
/** Labels, claims and policies are not kept: there are none. */
const READABLE = s.OWNER | s.GROUP | s.DACL;

/**
 * InfoType SECURITY (MS-SMB2 3.3.5.20.3): owner, group and the ACL that the mode bits are. A buffer that is too small gets the bytes that are
 * needed with BUFFER_TOO_SMALL, and clients ask again.
 */
export async function securityInformation(
  context: OpenContext,
  file: FileOpen,
  { additionalInformation: wanted, outputBufferLength }: QueryInfoRequest,
): Promise<Information> {
  // Who may see the SACL holds ACCESS_SYSTEM_SECURITY, which nobody is granted.
  if ((wanted & s.SACL) !== 0) throw new StatusError(NtStatus.ACCESS_DENIED);
  if ((wanted & READABLE) !== 0) needAccess(file, Access.READ_CONTROL);
  const attributes = await file.open.getattr(context.caller());
  const bytes = encode(securityDescriptor, {
    control: DescriptorControl.SELF_RELATIVE | ((wanted & s.DACL) === 0 ? 0 : DescriptorControl.DACL_PRESENT),
    owner: (wanted & s.OWNER) === 0 ? undefined : sidOfUid(attributes.uid),
    group: (wanted & s.GROUP) === 0 ? undefined : sidOfGid(attributes.gid),
    sacl: undefined,
    dacl: (wanted & s.DACL) === 0 ? undefined : aclOfMode(attributes),
  });
  if (bytes.length > outputBufferLength) throw new StatusError(NtStatus.BUFFER_TOO_SMALL, needed(bytes.length));
  return { bytes, atLeast: 0 };
}

function needed(bytes: number): Uint8Array {
  const data = new Uint8Array(4);
  new DataView(data.buffer).setUint32(0, bytes, true);
  return data;
}
