import { isoDate } from '@polynas/http';
import { checksumNamed } from '../checksum/algorithms.ts';
import { ownersOf } from '../reply/listing.ts';
import { writeOwner } from '../reply/owner.ts';
import { expectBucket } from '../request/bucket.ts';
import type { Handle } from '../request/handle.ts';
import { nameEncoding, pageSize } from '../request/listing.ts';
import { s3Document } from '../xml/writer.ts';

export const listMultipartUploads: Handle = async (context, request) => {
  const bucket = expectBucket(context, request);
  const { query } = request;
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const afterKey = query.get('key-marker') ?? '';
  const idMarker = query.get('upload-id-marker') ?? '';
  const limit = pageSize(query.get('max-uploads'), 'max-uploads');
  const names = nameEncoding(query);
  const { items, next } =
    limit === 0
      ? { items: [], next: undefined }
      : await context.objects.listUploads(bucket.caller, bucket.share.id, {
          prefix,
          delimiter,
          afterKey,
          // Without a key marker it is ignored (S3 API Reference, ListMultipartUploads).
          afterId: afterKey === '' ? '' : idMarker,
          limit,
        });

  const xml = s3Document('ListMultipartUploadsResult').leaf('Bucket', bucket.name);
  xml.leaf('KeyMarker', names.encode(afterKey)).leaf('UploadIdMarker', idMarker);
  if (next !== undefined) xml.leaf('NextKeyMarker', names.encode(next.key)).leaf('NextUploadIdMarker', next.id);
  xml.leaf('Prefix', names.encode(prefix));
  if (delimiter !== '') xml.leaf('Delimiter', names.encode(delimiter));
  xml
    .leaf('EncodingType', names.type)
    .leaf('MaxUploads', limit)
    .leaf('IsTruncated', next !== undefined);
  const ownerOf = ownersOf(context, bucket);
  for (const item of items) {
    if (item.kind !== 'upload') continue;
    const { upload } = item;
    xml.open('Upload').leaf('Key', names.encode(upload.key)).leaf('UploadId', upload.id);
    writeOwner(xml, 'Initiator', ownerOf(upload.ownerUid));
    writeOwner(xml, 'Owner', ownerOf(upload.ownerUid));
    xml.leaf('StorageClass', 'STANDARD').leaf('Initiated', isoDate(upload.initiated));
    if (upload.checksum !== undefined) {
      xml.leaf('ChecksumAlgorithm', checksumNamed(upload.checksum.algorithm));
      xml.leaf('ChecksumType', upload.checksum.type);
    }
    xml.close();
  }
  for (const item of items) {
    if (item.kind === 'prefix') xml.open('CommonPrefixes').leaf('Prefix', names.encode(item.prefix)).close();
  }
  return { status: 200, body: xml.close().toString() };
};
