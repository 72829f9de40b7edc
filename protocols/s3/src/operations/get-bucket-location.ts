import { expectListableBucket } from '../request/bucket.ts';
import type { Handle } from '../request/handle.ts';
import { s3Document } from '../xml/writer.ts';

/** S3's oldest region is named by an empty element (S3 API Reference, GetBucketLocation). */
export const getBucketLocation: Handle = async (context, request) => {
  await expectListableBucket(context, request);
  const xml = s3Document('LocationConstraint');
  return { status: 200, body: xml.closeWith(context.region === 'us-east-1' ? '' : context.region).toString() };
};
