import type { ObjectConditions } from '@polynas/core/service';
import { parseEntityTags } from '@polynas/http';
import { S3Error } from '../errors.ts';
import { expectBucket } from '../request/bucket.ts';
import { deletedIfThere, parseConditionTime } from '../request/deletion.ts';
import type { Handle, Request } from '../request/handle.ts';
import { expectNullVersion } from '../request/version-id.ts';
import { toS3Error } from '../status.ts';
import type { ObjectToDelete } from '../xml/delete.ts';
import { parseDelete } from '../xml/delete.ts';
import { s3Document } from '../xml/writer.ts';

/** Bytes: a thousand keys of 1,024 bytes, each of them escaped, and their conditions. */
const documentLimit = 4 * 1024 ** 2;

/** Deletions that are under way at once: enough for the store to commit them together. */
const concurrency = 32;

export const deleteObjects: Handle = async (context, request) => {
  const { share, caller } = expectBucket(context, request);
  expectIntegrity(request);
  const { objects, quiet } = parseDelete(await request.body.bytes(documentLimit));

  const failures = new Map<number, S3Error>();
  let next = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < objects.length; index = next++) {
      const object = objects[index]!;
      try {
        checkKey(object);
        await deletedIfThere(context.objects.delete(caller, share.id, object.key, conditionsOf(object)));
      } catch (error) {
        failures.set(index, toS3Error(error));
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, objects.length) }, work));

  const xml = s3Document('DeleteResult');
  for (const [index, { key, versionId }] of objects.entries()) {
    const failure = failures.get(index);
    if (failure === undefined) {
      if (!quiet) xml.open('Deleted').leaf('Key', key).leaf('VersionId', versionId).close();
    } else {
      xml.open('Error').leaf('Key', key).leaf('VersionId', versionId);
      xml.leaf('Code', failure.code).leaf('Message', failure.message).close();
    }
  }
  return { status: 200, body: xml.close().toString() };
};

/** A list that was damaged on its way would delete the wrong objects (S3 API Reference, DeleteObjects). */
function expectIntegrity(request: Request): void {
  if (request.headers.has('content-md5') || request.declaredChecksum !== undefined) return;
  throw new S3Error('InvalidRequest', { message: 'Missing required header for this request: Content-MD5' });
}

function checkKey({ key, versionId }: ObjectToDelete): void {
  expectNullVersion(versionId, key);
  if (Buffer.byteLength(key) > 1024) throw new S3Error('KeyTooLongError');
}

function conditionsOf({ etag, lastModified, size }: ObjectToDelete): ObjectConditions | undefined {
  if (etag === undefined && lastModified === undefined && size === undefined) return undefined;
  return {
    ...(etag === undefined ? {} : { ifMatch: parseEntityTags(etag, 'strong') ?? [] }),
    ...(lastModified === undefined ? {} : { ifModifiedAt: parseConditionTime('LastModifiedTime', lastModified) }),
    ...(size === undefined ? {} : { ifSize: size }),
  };
}
