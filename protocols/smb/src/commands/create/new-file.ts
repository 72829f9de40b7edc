import type { Attributes, NewAttributes } from '@polynas/core/service';
import { FileAttribute } from '../../information/classes.ts';
import { SETTABLE_ATTRIBUTES } from '../../information/attributes.ts';

/**
 * What a new file or directory begins with. On Windows it inherits the ACL of its directory; with mode bits for an ACL it takes after the directory's
 * mode, and its owner can use it: so what a group shares stays shared. Files are not executable.
 */
export function newAttributes(directory: Attributes, isDirectory: boolean, fileAttributes: number): NewAttributes {
  const mode = isDirectory ? (directory.mode & 0o777) | 0o700 : (directory.mode & 0o666) | 0o600;
  return { mode, dosBits: newDosBits(isDirectory, fileAttributes) };
}

/** MS-FSA 2.1.5.1.1: a new file is to be archived. */
export function newDosBits(isDirectory: boolean, fileAttributes: number): number {
  const settable = fileAttributes & SETTABLE_ATTRIBUTES;
  return isDirectory ? settable & ~FileAttribute.TEMPORARY : settable | FileAttribute.ARCHIVE;
}
