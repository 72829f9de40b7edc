import type { PostOpAttr, WccData } from '../xdr/nfs3.ts';
import type { Failure } from './status.ts';

/** The results' forms for failures: their names and what is in them differ, their meaning does not. */

interface Fail<Body> {
  readonly status: Failure;
  readonly resfail: Body;
}

/** Nothing is known of before: it may have been another's change that the attributes show. */
function wcc(after: PostOpAttr): WccData {
  return { before: undefined, after };
}

export function bare(status: Failure): { readonly status: Failure } {
  return { status };
}

export function objWcc(status: Failure, after: PostOpAttr): Fail<{ readonly objWcc: WccData }> {
  return { status, resfail: { objWcc: wcc(after) } };
}

export function fileWcc(status: Failure, after: PostOpAttr): Fail<{ readonly fileWcc: WccData }> {
  return { status, resfail: { fileWcc: wcc(after) } };
}

export function dirWcc(status: Failure, after: PostOpAttr): Fail<{ readonly dirWcc: WccData }> {
  return { status, resfail: { dirWcc: wcc(after) } };
}

export function objAttributes(status: Failure, after: PostOpAttr): Fail<{ readonly objAttributes: PostOpAttr }> {
  return { status, resfail: { objAttributes: after } };
}

export function dirAttributes(status: Failure, after: PostOpAttr): Fail<{ readonly dirAttributes: PostOpAttr }> {
  return { status, resfail: { dirAttributes: after } };
}

export function fileAttributes(status: Failure, after: PostOpAttr): Fail<{ readonly fileAttributes: PostOpAttr }> {
  return { status, resfail: { fileAttributes: after } };
}

export function symlinkAttributes(
  status: Failure,
  after: PostOpAttr,
): Fail<{ readonly symlinkAttributes: PostOpAttr }> {
  return { status, resfail: { symlinkAttributes: after } };
}

export function bothWcc(
  status: Failure,
  from: PostOpAttr,
  to: PostOpAttr,
): Fail<{ readonly fromdirWcc: WccData; readonly todirWcc: WccData }> {
  return { status, resfail: { fromdirWcc: wcc(from), todirWcc: wcc(to) } };
}

export function fileAndDirectory(
  status: Failure,
  file: PostOpAttr,
  directory: PostOpAttr,
): Fail<{ readonly fileAttributes: PostOpAttr; readonly linkdirWcc: WccData }> {
  return { status, resfail: { fileAttributes: file, linkdirWcc: wcc(directory) } };
}
