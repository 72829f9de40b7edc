import { isoDate } from '@polynas/http';
import { checksumNamed } from '../checksum/algorithms.ts';
import { invalidArgument } from '../errors.ts';
import { writeChecksums } from '../reply/checksums.ts';
import { quoted } from '../reply/object-headers.ts';
import { ownerOfUid, writeOwner } from '../reply/owner.ts';
import { expectBucket } from '../request/bucket.ts';
import type { Handle } from '../request/handle.ts';
import { nameEncoding, pageSize } from '../request/listing.ts';
import { uploadIdOf } from '../request/multipart.ts';
import { s3Document } from '../xml/writer.ts';

export const listParts: Handle = async (context, request) => {
  const { share, caller, name } = expectBucket(context, request);
  const uploadId = uploadIdOf(request);
  const limit = pageSize(request.query.get('max-parts'), 'max-parts');
  const marker = partMarker(request.query.get('part-number-marker'));
  const names = nameEncoding(request.query);
  const upload = await context.objects.upload(caller, share.id, request.key, uploadId);
  const { parts, truncated } =
    limit === 0
      ? { parts: [], truncated: false }
      : await context.objects.listParts(caller, share.id, request.key, uploadId, marker, limit);

  const owner = ownerOfUid(context, share, upload.ownerUid);
  const xml = s3Document('ListPartsResult');
  xml.leaf('Bucket', name).leaf('Key', names.encode(request.key)).leaf('UploadId', uploadId);
  writeOwner(xml, 'Initiator', owner);
  writeOwner(xml, 'Owner', owner);
  xml.leaf('StorageClass', 'STANDARD').leaf('PartNumberMarker', marker);
  xml.leaf('NextPartNumberMarker', parts.at(-1)?.number ?? 0).leaf('MaxParts', limit);
  xml.leaf('EncodingType', names.type).leaf('IsTruncated', truncated);
  if (upload.checksum !== undefined) {
    xml.leaf('ChecksumAlgorithm', checksumNamed(upload.checksum.algorithm));
    xml.leaf('ChecksumType', upload.checksum.type);
  }
  for (const part of parts) {
    xml.open('Part').leaf('PartNumber', part.number).leaf('LastModified', isoDate(part.modified));
    xml.leaf('ETag', quoted(part.etag)).leaf('Size', part.size);
    writeChecksums(xml, part.checksums, 'no type');
    xml.close();
  }
  return { status: 200, body: xml.close().toString() };
};

function partMarker(text: string | undefined): number {
  if (text === undefined || text === '') return 0;
  const value = /^\d{1,10}$/.test(text) ? Number(text) : -1;
  if (value < 0 || value > 2_147_483_647) throw invalidArgument('part-number-marker', text);
  return value;
}
