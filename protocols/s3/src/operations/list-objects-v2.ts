import { listPage, ownersOf } from '../reply/listing.ts';
import { listedContents } from '../reply/listed-contents.ts';
import { writeCommonPrefixes } from '../reply/listed-object.ts';
import { expectBucket } from '../request/bucket.ts';
import type { Handle } from '../request/handle.ts';
import { continuationToken, nameEncoding, pageSize, parseContinuationToken } from '../request/listing.ts';
import { s3Document } from '../xml/writer.ts';

export const listObjectsV2: Handle = async (context, request) => {
  const bucket = expectBucket(context, request);
  const { query } = request;
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const startAfter = query.get('start-after') ?? '';
  const token = query.get('continuation-token');
  const limit = pageSize(query.get('max-keys'), 'max-keys');
  const names = nameEncoding(query);
  // A token is further on than where the listing began.
  const after = token === undefined || token === '' ? startAfter : parseContinuationToken(token);
  const { items, next } = await listPage(context, bucket, { prefix, delimiter, after, limit });

  const xml = s3Document('ListBucketResult').leaf('Name', bucket.name).leaf('Prefix', names.encode(prefix));
  xml.leaf('ContinuationToken', token);
  if (next !== undefined) xml.leaf('NextContinuationToken', continuationToken(next));
  if (startAfter !== '') xml.leaf('StartAfter', names.encode(startAfter));
  xml.leaf('KeyCount', items.length).leaf('MaxKeys', limit);
  if (delimiter !== '') xml.leaf('Delimiter', names.encode(delimiter));
  xml.leaf('EncodingType', names.type).leaf('IsTruncated', next !== undefined);
  const ownerOf = query.get('fetch-owner') === 'true' ? ownersOf(context, bucket) : undefined;
  xml.raw(listedContents(context.listed, items, names, ownerOf));
  writeCommonPrefixes(xml, items, names);
  return { status: 200, body: xml.close().toString() };
};
