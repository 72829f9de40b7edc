import type { ObjectConditions } from '@polynas/core/service';
import { invalidArgument } from '../errors.ts';
import { expectBucket } from '../request/bucket.ts';
import { parseWriteConditions } from '@polynas/http';
import type { Handle, Request } from '../request/handle.ts';
import { expectNullVersion } from '../request/version-id.ts';
import { deletedIfThere, parseConditionTime } from '../request/deletion.ts';

export const deleteObject: Handle = async (context, request) => {
  const { share, caller } = expectBucket(context, request);
  const named = expectNullVersion(request.query.get('versionId'), request.key);
  await deletedIfThere(context.objects.delete(caller, share.id, request.key, conditionsOf(request)));
  return { status: 204, ...(named ? { headers: { 'x-amz-version-id': 'null' } } : {}) };
};

function conditionsOf(request: Request): ObjectConditions | undefined {
  const size = request.headers.get('x-amz-if-match-size');
  const modified = request.headers.get('x-amz-if-match-last-modified-time');
  if (size !== undefined && !/^\d{1,15}$/.test(size)) throw invalidArgument('x-amz-if-match-size', size);
  const conditions: ObjectConditions = {
    ...parseWriteConditions(request.headers),
    ...(size === undefined ? {} : { ifSize: Number(size) }),
    ...(modified === undefined
      ? {}
      : { ifModifiedAt: parseConditionTime('x-amz-if-match-last-modified-time', modified) }),
  };
  return Object.keys(conditions).length === 0 ? undefined : conditions;
}
