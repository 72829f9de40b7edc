import { listPage, ownersOf } from '../reply/listing.ts';
import { listedContents } from '../reply/listed-contents.ts';
import { writeCommonPrefixes } from '../reply/listed-object.ts';
import { expectBucket } from '../request/bucket.ts';
import type { Handle } from '../request/handle.ts';
import { nameEncoding, pageSize } from '../request/listing.ts';
import { s3Document } from '../xml/writer.ts';

/** Version 1 of the listing. */
export const listObjects: Handle = async (context, request) => {
  const bucket = expectBucket(context, request);
  const { query } = request;
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const marker = query.get('marker') ?? '';
  const limit = pageSize(query.get('max-keys'), 'max-keys');
  const names = nameEncoding(query);
  const { items, next } = await listPage(context, bucket, { prefix, delimiter, after: marker, limit });

  const xml = s3Document('ListBucketResult').leaf('Name', bucket.name);
  xml.leaf('Prefix', names.encode(prefix)).leaf('Marker', names.encode(marker));
  // Only with a delimiter: else the last key is the next marker (S3 API Reference, ListObjects, NextMarker).
  if (next !== undefined && delimiter !== '') xml.leaf('NextMarker', names.encode(next));
  xml.leaf('MaxKeys', limit);
  if (delimiter !== '') xml.leaf('Delimiter', names.encode(delimiter));
  xml.leaf('EncodingType', names.type).leaf('IsTruncated', next !== undefined);
  xml.raw(listedContents(context.listed, items, names, ownersOf(context, bucket)));
  writeCommonPrefixes(xml, items, names);
  return { status: 200, body: xml.close().toString() };
};
