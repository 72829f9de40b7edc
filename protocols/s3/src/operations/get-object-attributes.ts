import type { ObjectInfo } from '@polynas/core/service';
import type { XmlWriter } from '@polynas/http';
import { httpDate } from '@polynas/http';
import { invalidArgument } from '../errors.ts';
import { writeChecksums } from '../reply/checksums.ts';
import { expectBucket } from '../request/bucket.ts';
import type { Handle, Request } from '../request/handle.ts';
import { pageSize } from '../request/listing.ts';
import { expectNullVersion } from '../request/version-id.ts';
import { s3Document } from '../xml/writer.ts';

const attributeNames = ['ETag', 'Checksum', 'ObjectParts', 'StorageClass', 'ObjectSize'] as const;

type AttributeName = (typeof attributeNames)[number];

export const getObjectAttributes: Handle = async (context, request) => {
  const { share, caller } = expectBucket(context, request);
  expectNullVersion(request.query.get('versionId'), request.key);
  const wanted = wantedAttributes(request.headers.get('x-amz-object-attributes'));
  const info = await context.objects.head(caller, share.id, request.key);
  const xml = s3Document('GetObjectAttributesResponse');
  // The one place where S3 gives an entity tag without quotes.
  if (wanted.has('ETag')) xml.leaf('ETag', info.etag);
  if (wanted.has('Checksum') && info.checksums !== undefined) {
    xml.open('Checksum');
    writeChecksums(xml, info.checksums, 'with type');
    xml.close();
  }
  if (wanted.has('ObjectParts') && info.parts !== undefined) writeParts(xml, info, request);
  if (wanted.has('StorageClass')) xml.leaf('StorageClass', 'STANDARD');
  if (wanted.has('ObjectSize')) xml.leaf('ObjectSize', info.size);
  return { status: 200, headers: { 'last-modified': httpDate(info.modified) }, body: xml.close().toString() };
};

function wantedAttributes(header: string | undefined): ReadonlySet<AttributeName> {
  const names = (header ?? '').split(',').map((name) => name.trim());
  const unknown = names.find((name) => !(attributeNames as readonly string[]).includes(name));
  if (unknown === undefined) return new Set(names as AttributeName[]);
  throw invalidArgument('x-amz-object-attributes', unknown, 'Invalid attribute name specified.');
}

function writeParts(xml: XmlWriter, info: ObjectInfo, request: Request): void {
  const parts = info.parts ?? [];
  const limit = pageSize(request.headers.get('x-amz-max-parts'), 'x-amz-max-parts');
  const marker = partMarker(request.headers.get('x-amz-part-number-marker'));
  // Parts are known by their place in the object, as in `partNumber` of GetObject.
  const page = parts.slice(marker, marker + limit);
  xml.open('ObjectParts').leaf('PartsCount', parts.length);
  xml.leaf('PartNumberMarker', marker).leaf('NextPartNumberMarker', marker + page.length);
  xml.leaf('MaxParts', limit).leaf('IsTruncated', marker + page.length < parts.length);
  for (const [index, part] of page.entries()) {
    xml
      .open('Part')
      .leaf('PartNumber', marker + index + 1)
      .leaf('Size', part.size);
    writeChecksums(xml, part.checksums, 'no type');
    xml.close();
  }
  xml.close();
}

function partMarker(text: string | undefined): number {
  if (text === undefined || text === '') return 0;
  if (!/^\d{1,9}$/.test(text)) throw invalidArgument('x-amz-part-number-marker', text);
  return Number(text);
}
