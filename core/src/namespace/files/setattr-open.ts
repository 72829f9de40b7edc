import type { AccessMask, Caller } from '../../service/index.ts';
import { access } from '../../service/index.ts';
import type { AttributeChanges, Attributes } from '../../spi/index.ts';
import { StorageError } from '../../spi/index.ts';
import type { OpenRecord } from '../../state/file-state.ts';
import type { MountedShare } from '../mounts.ts';
import { requireContent } from '../../access/checks.ts';
import { getattr } from './getattr.ts';
import type { FileParts } from './parts.ts';
import { checkWritable } from './parts.ts';
import { changeAttributes, checkOwnership, modeOf } from './setattr.ts';

/** What each attribute needs of the open, as MS-FSA 2.1.5.15 says of the classes that set it. */
const needed: Readonly<Record<keyof AttributeChanges, AccessMask>> = {
  size: access.writeData,
  accessed: access.writeAttributes,
  modified: access.writeAttributes,
  born: access.writeAttributes,
  dosBits: access.writeAttributes,
  mode: access.writeAcl,
  uid: access.writeOwner,
  gid: access.writeOwner,
};

export async function setattrOfOpen(
  parts: FileParts,
  caller: Caller,
  mount: MountedShare,
  record: OpenRecord,
  changes: AttributeChanges,
): Promise<Attributes> {
  checkWritable(caller, mount);
  requireGranted(record, changes);
  const { file } = record;
  const allow = (before: Attributes, wanted: AttributeChanges): AttributeChanges => {
    const { principal } = caller;
    checkOwnership(principal, principal.superuser || principal.uid === before.uid, before, wanted);
    if (wanted.size !== undefined) requireContent(before);
    const mode = modeOf(principal, before, wanted);
    return mode === undefined ? wanted : { ...wanted, mode };
  };
  if (file.base === undefined) {
    return (await changeAttributes(parts, caller, mount, file.id, changes, allow, {}, record)).after;
  }
  const { size, ...others } = changes;
  if (size !== undefined) {
    await changeAttributes(parts, caller, mount, file.id, { size }, (_before, wanted) => wanted, {}, record);
  }
  if (Object.keys(others).length > 0) {
    await changeAttributes(parts, caller, mount, file.base, others, allow, {}, record);
  }
  return getattr(parts, caller, file);
}

function requireGranted(record: OpenRecord, changes: AttributeChanges): void {
  for (const name of Object.keys(changes) as (keyof AttributeChanges)[]) {
    if (changes[name] !== undefined && (record.access & needed[name]) === 0) {
      throw new StorageError('accessDenied', `the open may not set ${name}`);
    }
  }
}
