import { access as rights, type AccessMask, type FileType } from '@polynas/core/service';
import {
  ACCESS3_DELETE,
  ACCESS3_EXECUTE,
  ACCESS3_EXTEND,
  ACCESS3_LOOKUP,
  ACCESS3_MODIFY,
  ACCESS3_READ,
  type Access3Args,
  type Access3Res,
  Nfsstat3,
} from '../../xdr/nfs3.ts';
import { fattr3 } from '../attributes.ts';
import type { Target } from '../target.ts';

type Needs = readonly (readonly [bit: number, rights: AccessMask])[];

/** RFC 1813 §3.3.4: LOOKUP and DELETE mean nothing of files. */
const FILE: Needs = [
  [ACCESS3_READ, rights.readData],
  [ACCESS3_MODIFY, rights.writeData],
  [ACCESS3_EXTEND, rights.appendData],
  [ACCESS3_EXECUTE, rights.execute],
];

/** Entries are changed by those only who may search the directory as well. EXECUTE means nothing of directories. */
const DIRECTORY: Needs = [
  [ACCESS3_READ, rights.readData],
  [ACCESS3_LOOKUP, rights.execute],
  [ACCESS3_MODIFY, rights.writeData | rights.deleteChild | rights.execute],
  [ACCESS3_EXTEND, rights.writeData | rights.execute],
  [ACCESS3_DELETE, rights.deleteChild | rights.execute],
];

const ALL = rights.readData | rights.writeData | rights.appendData | rights.execute | rights.deleteChild;

/** RFC 1813 §3.3.4. */
export async function access({ files, caller, file }: Target, args: Access3Args): Promise<Access3Res> {
  const { granted, attributes } = await files.access(caller, file, ALL);
  const resok = {
    objAttributes: fattr3(file.share, attributes),
    access: bitsOf(attributes.type, granted) & args.access,
  };
  return { status: Nfsstat3.NFS3_OK, resok };
}

function bitsOf(type: FileType, granted: AccessMask): number {
  let bits = 0;
  for (const [bit, needs] of type === 'directory' ? DIRECTORY : FILE) if ((granted & needs) === needs) bits |= bit;
  return bits;
}
