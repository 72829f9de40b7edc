import type { S3ErrorCode } from '../errors.ts';
import { S3Error } from '../errors.ts';
import { expectListableBucket } from '../request/bucket.ts';
import type { Handle } from '../request/handle.ts';
import { s3Document } from '../xml/writer.ts';

/**
 * Configurations that a bucket can have in S3 and that no bucket here has, because setting them answers NotImplemented.
 * Reading one truthfully gives what S3 gives for a bucket that never had it; deleting one succeeds as it does there.
 */

/** A GET of what is not there. */
export function absent(code: S3ErrorCode): Handle {
  return async (context, request) => {
    await expectListableBucket(context, request);
    throw new S3Error(code, { elements: { BucketName: request.bucket } });
  };
}

/** A GET whose answer for a fresh bucket is a document: empty, or with the leaves given. */
export function fresh(root: string, leaves: Readonly<Record<string, string>> = {}): Handle {
  return async (context, request) => {
    await expectListableBucket(context, request);
    const xml = s3Document(root);
    for (const [name, value] of Object.entries(leaves)) xml.leaf(name, value);
    return { status: 200, body: xml.close().toString() };
  };
}

/** A DELETE of what is not there. */
export const nothingToDelete: Handle = async (context, request) => {
  await expectListableBucket(context, request);
  return { status: 204 };
};
