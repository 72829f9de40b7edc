import { invalidArgument } from '../errors.ts';
import { listPage, ownersOf } from '../reply/listing.ts';
import { writeCommonPrefixes, writeListedObject } from '../reply/listed-object.ts';
import { expectBucket } from '../request/bucket.ts';
import type { Handle } from '../request/handle.ts';
import { nameEncoding, pageSize } from '../request/listing.ts';
import { s3Document } from '../xml/writer.ts';

/** On a bucket that keeps no versions, every key has the one version `null`. */
export const listObjectVersions: Handle = async (context, request) => {
  const bucket = expectBucket(context, request);
  const { query } = request;
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const keyMarker = query.get('key-marker') ?? '';
  const versionMarker = query.get('version-id-marker');
  const limit = pageSize(query.get('max-keys'), 'max-keys');
  const names = nameEncoding(query);
  checkMarkers(keyMarker, versionMarker);
  // A key's only version lies behind the key itself, so the version marker adds nothing to the key marker.
  const { items, next } = await listPage(context, bucket, { prefix, delimiter, after: keyMarker, limit });

  const xml = s3Document('ListVersionsResult').leaf('Name', bucket.name);
  xml.leaf('Prefix', names.encode(prefix)).leaf('KeyMarker', names.encode(keyMarker));
  xml.leaf('VersionIdMarker', versionMarker ?? '');
  if (next !== undefined) {
    xml.leaf('NextKeyMarker', names.encode(next));
    const last = items.at(-1);
    if (last?.kind === 'object') xml.leaf('NextVersionIdMarker', 'null');
  }
  xml.leaf('MaxKeys', limit);
  if (delimiter !== '') xml.leaf('Delimiter', names.encode(delimiter));
  xml.leaf('EncodingType', names.type).leaf('IsTruncated', next !== undefined);
  const ownerOf = ownersOf(context, bucket);
  for (const item of items) {
    if (item.kind !== 'object') continue;
    xml.open('Version').leaf('Key', names.encode(item.object.key)).leaf('VersionId', 'null').leaf('IsLatest', true);
    writeListedObject(xml, item.object, ownerOf(item.object.ownerUid));
    xml.close();
  }
  writeCommonPrefixes(xml, items, names);
  return { status: 200, body: xml.close().toString() };
};

function checkMarkers(keyMarker: string, versionMarker: string | undefined): void {
  if (versionMarker === undefined || versionMarker === '') return;
  if (keyMarker === '') {
    throw invalidArgument(
      'version-id-marker',
      versionMarker,
      'A version-id marker cannot be specified without a key marker.',
    );
  }
  if (versionMarker !== 'null') {
    throw invalidArgument('version-id-marker', versionMarker, 'Invalid version id specified');
  }
}
