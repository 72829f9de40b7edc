import { createHash, randomBytes } from 'node:crypto';
import type * as Sdk from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDigest, toBase64 } from '../checksum/algorithms.ts';
import { newClient, storage } from '../test/aws-sdk.ts';
import type { TestDoor } from '../test/open-door.ts';
import { openDoor } from '../test/open-door.ts';

let door: TestDoor;
let alice: Sdk.S3;
let bob: Sdk.S3;
let serial = 0;

beforeAll(async () => {
  door = await openDoor();
  alice = newClient(door, door.alice);
  bob = newClient(door, door.bob);
});

afterAll(async () => {
  alice.destroy();
  bob.destroy();
  await door.close();
});

/** A fresh bucket with objects whose bodies are their keys. */
async function bucketWith(...keys: string[]): Promise<string> {
  const Bucket = `bucket-${serial++}`;
  await alice.createBucket({ Bucket });
  for (const Key of keys) await alice.putObject({ Bucket, Key, Body: Key.endsWith('/') ? '' : Key });
  return Bucket;
}

const failure = (name: string, httpStatusCode: number): unknown =>
  expect.objectContaining({ name, $metadata: expect.objectContaining({ httpStatusCode }) });

const text = async (output: { Body?: Sdk.GetObjectCommandOutput['Body'] }): Promise<string> =>
  output.Body!.transformToString();

describe('buckets', () => {
  it('are created once, by valid names, and belong to somebody', async () => {
    const Bucket = await bucketWith();
    await expect(alice.createBucket({ Bucket })).rejects.toEqual(failure('BucketAlreadyOwnedByYou', 409));
    await expect(bob.createBucket({ Bucket })).rejects.toEqual(failure('BucketAlreadyExists', 409));
    for (const bad of ['ab', 'Upper', 'a..b', '-ab', 'a_b', '192.168.5.4', 'x'.repeat(64)]) {
      await expect(alice.createBucket({ Bucket: bad })).rejects.toEqual(failure('InvalidBucketName', 400));
    }
    await expect(
      alice.createBucket({ Bucket: 'elsewhere', CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }),
    ).rejects.toEqual(failure('IllegalLocationConstraintException', 400));
    expect((await alice.headBucket({ Bucket })).BucketRegion).toBe('us-east-1');
    await expect(bob.headBucket({ Bucket })).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
    await expect(alice.headBucket({ Bucket: 'not-there' })).rejects.toMatchObject({
      $metadata: { httpStatusCode: 404 },
    });
    await expect(alice.listObjectsV2({ Bucket: 'not-there' })).rejects.toMatchObject({
      name: 'NoSuchBucket',
      BucketName: 'not-there',
    });
    expect((await alice.getBucketLocation({ Bucket })).LocationConstraint).toBeUndefined();
  });

  it('are listed in pages, each user its own', async () => {
    await bucketWith();
    await bucketWith();
    const all = await alice.listBuckets({});
    expect(all.Owner).toEqual({ ID: door.alice.userId, DisplayName: 'alice' });
    const names: string[] = [];
    let ContinuationToken: string | undefined;
    do {
      const page = await alice.listBuckets({ MaxBuckets: 1, Prefix: 'bucket-', ContinuationToken });
      names.push(...page.Buckets!.map((bucket) => bucket.Name!));
      ContinuationToken = page.ContinuationToken;
    } while (ContinuationToken !== undefined);
    expect(names).toEqual(all.Buckets!.map((bucket) => bucket.Name));
    expect(names).toEqual(names.toSorted());
    expect((await bob.listBuckets({})).Buckets ?? []).toEqual([]);
  });

  it('are deleted when empty', async () => {
    const Bucket = await bucketWith('k');
    await expect(alice.deleteBucket({ Bucket })).rejects.toEqual(failure('BucketNotEmpty', 409));
    await alice.deleteObject({ Bucket, Key: 'k' });
    await alice.deleteBucket({ Bucket });
    await expect(alice.getObject({ Bucket, Key: 'k' })).rejects.toEqual(failure('NoSuchBucket', 404));
  });

  it('have an owner who can be insisted on', async () => {
    const Bucket = await bucketWith('k');
    await alice.headBucket({ Bucket, ExpectedBucketOwner: door.alice.userId });
    await expect(alice.getObject({ Bucket, Key: 'k', ExpectedBucketOwner: 'somebody' })).rejects.toEqual(
      failure('AccessDenied', 403),
    );
    const acl = await alice.getBucketAcl({ Bucket });
    expect(acl.Grants).toMatchObject([{ Grantee: { ID: door.alice.userId }, Permission: 'FULL_CONTROL' }]);
    await alice.putBucketAcl({ Bucket, ACL: 'private' });
    await alice.putBucketAcl({ Bucket, AccessControlPolicy: { Grants: acl.Grants!, Owner: acl.Owner! } });
    await expect(alice.putBucketAcl({ Bucket, ACL: 'public-read' })).rejects.toEqual(failure('NotImplemented', 501));
    await expect(
      alice.putObjectAcl({
        Bucket,
        Key: 'k',
        AccessControlPolicy: {
          Owner: acl.Owner!,
          Grants: [{ Grantee: { Type: 'CanonicalUser', ID: door.bob.userId }, Permission: 'READ' }],
        },
      }),
    ).rejects.toEqual(failure('NotImplemented', 501));
  });

  it('tell truly what they do not have', async () => {
    const Bucket = await bucketWith('k');
    expect(await alice.getBucketVersioning({ Bucket })).not.toHaveProperty('Status');
    expect((await alice.getObjectTagging({ Bucket, Key: 'k' })).TagSet ?? []).toEqual([]);
    await expect(alice.getBucketPolicy({ Bucket })).rejects.toEqual(failure('NoSuchBucketPolicy', 404));
    await expect(alice.getBucketCors({ Bucket })).rejects.toEqual(failure('NoSuchCORSConfiguration', 404));
    await alice.deleteBucketCors({ Bucket });
    await expect(alice.putBucketVersioning({ Bucket, VersioningConfiguration: { Status: 'Enabled' } })).rejects.toEqual(
      failure('NotImplemented', 501),
    );
    await expect(bob.getBucketPolicy({ Bucket })).rejects.toEqual(failure('AccessDenied', 403));
  });
});

describe('objects', () => {
  it('keep content headers and metadata', async () => {
    const Bucket = await bucketWith();
    const put = await alice.putObject({
      Bucket,
      Key: 'dir/a b+é%2F',
      Body: 'hello',
      ContentType: 'text/plain',
      CacheControl: 'max-age=5',
      ContentDisposition: 'attachment; filename="u.txt"',
      Metadata: { a: 'x  y', b: '=?utf-8?Q?=C3=9Cbung?=' },
    });
    expect(put.ETag).toBe(`"${createHash('md5').update('hello').digest('hex')}"`);
    const got = await alice.getObject({ Bucket, Key: 'dir/a b+é%2F', ChecksumMode: 'ENABLED' });
    expect(await text(got)).toBe('hello');
    expect(got).toMatchObject({
      ContentType: 'text/plain',
      CacheControl: 'max-age=5',
      ETag: put.ETag,
      AcceptRanges: 'bytes',
      ChecksumCRC32: 'NhCmhg==',
      ChecksumType: 'FULL_OBJECT',
      Metadata: { a: 'x  y', b: `=?UTF-8?B?${Buffer.from('Übung').toString('base64')}?=` },
    });
    const head = await alice.headObject({ Bucket, Key: 'dir/a b+é%2F', ResponseContentType: 'text/html' });
    expect(head).toMatchObject({ ContentLength: 5, ContentType: 'text/html', LastModified: got.LastModified });
    expect(head.ChecksumCRC32).toBeUndefined();
    await expect(alice.putObject({ Bucket, Key: 'm', Metadata: { a: 'x'.repeat(2048) } })).rejects.toEqual(
      failure('MetadataTooLarge', 400),
    );
    await expect(alice.getObject({ Bucket, Key: 'none' })).rejects.toMatchObject({ name: 'NoSuchKey', Key: 'none' });
    await expect(alice.getObject({ Bucket, Key: 'm', VersionId: 'x'.repeat(32) })).rejects.toEqual(
      failure('NoSuchVersion', 404),
    );
    await expect(bob.getObject({ Bucket, Key: 'dir/a b+é%2F' })).rejects.toEqual(failure('AccessDenied', 403));
  });

  it('are refused when the MD5 is not theirs', async () => {
    const Bucket = await bucketWith();
    const ContentMD5 = createHash('md5').update('hello').digest('base64');
    await alice.putObject({ Bucket, Key: 'k', Body: 'hello', ContentMD5 });
    await expect(alice.putObject({ Bucket, Key: 'k', Body: 'other', ContentMD5 })).rejects.toEqual(
      failure('BadDigest', 400),
    );
    expect(await text(await alice.getObject({ Bucket, Key: 'k' }))).toBe('hello');
  });

  it('are read in ranges', async () => {
    const Bucket = await bucketWith();
    const data = randomBytes(700_000);
    await alice.putObject({ Bucket, Key: 'k', Body: data });
    const cases: [range: string, start: number, end: number][] = [
      ['bytes=0-0', 0, 1],
      ['bytes=5-', 5, 700_000],
      ['bytes=-7', 699_993, 700_000],
      ['bytes=-9999999', 0, 700_000],
      ['bytes=300000-9999999', 300_000, 700_000],
    ];
    for (const [Range, start, end] of cases) {
      const got = await alice.getObject({ Bucket, Key: 'k', Range });
      expect(got.$metadata.httpStatusCode).toBe(206);
      expect(got.ContentRange).toBe(`bytes ${start}-${end - 1}/700000`);
      expect(Buffer.from(await got.Body!.transformToByteArray()).equals(data.subarray(start, end))).toBe(true);
      expect((await alice.headObject({ Bucket, Key: 'k', Range })).ContentLength).toBe(end - start);
    }
    for (const Range of ['bytes=5-3', 'bytes=0-1,3-4', 'chunks=1-2', 'bytes=-']) {
      const got = await alice.getObject({ Bucket, Key: 'k', Range });
      expect([got.$metadata.httpStatusCode, got.ContentLength]).toEqual([200, 700_000]);
      got.Body!.transformToByteArray().catch(() => undefined);
    }
    for (const Range of ['bytes=700000-', 'bytes=-0']) {
      await expect(alice.getObject({ Bucket, Key: 'k', Range })).rejects.toEqual(failure('InvalidRange', 416));
    }
    const one = await alice.getObject({ Bucket, Key: 'k', PartNumber: 1 });
    expect([one.$metadata.httpStatusCode, one.ContentLength, one.PartsCount]).toEqual([206, 700_000, undefined]);
    one.Body!.transformToByteArray().catch(() => undefined);
    await expect(alice.getObject({ Bucket, Key: 'k', PartNumber: 2 })).rejects.toEqual(
      failure('InvalidPartNumber', 416),
    );
  });

  it('are read under conditions', async () => {
    const Bucket = await bucketWith('k');
    const { ETag, LastModified } = await alice.headObject({ Bucket, Key: 'k' });
    const earlier = new Date(LastModified!.getTime() - 5000);
    const get = (conditions: Partial<Sdk.GetObjectCommandInput>): Promise<Sdk.GetObjectCommandOutput> =>
      alice.getObject({ Bucket, Key: 'k', ...conditions });
    await get({ IfMatch: ETag! });
    // Entity tags make the dates void.
    await get({ IfMatch: ETag!, IfUnmodifiedSince: earlier });
    await get({ IfNoneMatch: '"other"', IfModifiedSince: new Date() });
    await expect(get({ IfMatch: '"other"' })).rejects.toEqual(failure('PreconditionFailed', 412));
    await expect(get({ IfUnmodifiedSince: earlier })).rejects.toEqual(failure('PreconditionFailed', 412));
    for (const conditions of [{ IfNoneMatch: ETag! }, { IfModifiedSince: LastModified! }]) {
      await expect(get(conditions)).rejects.toMatchObject({
        $metadata: { httpStatusCode: 304 },
        $response: { headers: { etag: ETag } },
      });
    }
  });

  it('are written and deleted under conditions', async () => {
    const Bucket = await bucketWith('k');
    const { ETag, LastModified } = await alice.headObject({ Bucket, Key: 'k' });
    const put = (conditions: Partial<Sdk.PutObjectCommandInput>): Promise<unknown> =>
      alice.putObject({ Bucket, Key: 'k', Body: 'new', ...conditions });
    await expect(put({ IfNoneMatch: '*' })).rejects.toEqual(failure('PreconditionFailed', 412));
    await expect(put({ IfMatch: '"other"' })).rejects.toEqual(failure('PreconditionFailed', 412));
    await expect(put({ Key: 'none', IfMatch: '"other"' })).rejects.toEqual(failure('NoSuchKey', 404));
    await put({ Key: 'fresh', IfNoneMatch: '*' });
    const remove = (conditions: Partial<Sdk.DeleteObjectCommandInput>): Promise<unknown> =>
      alice.deleteObject({ Bucket, Key: 'k', ...conditions });
    await expect(remove({ IfMatch: '"other"' })).rejects.toEqual(failure('PreconditionFailed', 412));
    await expect(remove({ IfMatchSize: 99 })).rejects.toEqual(failure('PreconditionFailed', 412));
    await expect(remove({ IfMatchLastModifiedTime: new Date(0) })).rejects.toEqual(failure('PreconditionFailed', 412));
    await remove({ IfMatch: ETag!, IfMatchSize: 1, IfMatchLastModifiedTime: LastModified! });
    await remove({ IfMatch: '"other"' });
    await remove({});
  });

  it('are deleted in lots', async () => {
    const Bucket = await bucketWith('a', 'b', 'c<&>');
    const result = await alice.deleteObjects({
      Bucket,
      Delete: {
        Objects: [{ Key: 'a', ETag: '"other"' }, { Key: 'b' }, { Key: 'c<&>', VersionId: 'null' }, { Key: 'none' }],
      },
    });
    expect(result.Deleted).toEqual([{ Key: 'b' }, { Key: 'c<&>', VersionId: 'null' }, { Key: 'none' }]);
    expect(result.Errors).toMatchObject([{ Key: 'a', Code: 'PreconditionFailed' }]);
    const quiet = await alice.deleteObjects({ Bucket, Delete: { Quiet: true, Objects: [{ Key: 'a' }] } });
    expect([quiet.Deleted, quiet.Errors]).toEqual([undefined, undefined]);
    const denied = await bob.deleteObjects({ Bucket, Delete: { Objects: [{ Key: 'b' }] } });
    expect(denied.Errors).toMatchObject([{ Key: 'b', Code: 'AccessDenied' }]);
    const careless = newClient(door, door.alice, { requestChecksumCalculation: 'WHEN_REQUIRED' });
    careless.middlewareStack.add(
      (next) => async (args) => {
        const { headers } = args.request as { headers: Record<string, string> };
        for (const name of Object.keys(headers)) if (/checksum|content-md5/i.test(name)) delete headers[name];
        return next(args);
      },
      { step: 'build', priority: 'low' },
    );
    await expect(careless.deleteObjects({ Bucket, Delete: { Objects: [{ Key: 'b' }] } })).rejects.toEqual(
      failure('InvalidRequest', 400),
    );
    careless.destroy();
  });

  it('are copied', async () => {
    const Bucket = await bucketWith('k ?+%2F');
    const CopySource = `${Bucket}/${encodeURIComponent('k ?+%2F')}?versionId=null`;
    const copy = (more: Partial<Sdk.CopyObjectCommandInput>): Promise<Sdk.CopyObjectCommandOutput> =>
      alice.copyObject({ Bucket, Key: 'copy', CopySource, ...more });
    const { CopyObjectResult } = await copy({ ChecksumAlgorithm: 'SHA256' });
    expect(CopyObjectResult?.ChecksumSHA256).toBe(createHash('sha256').update('k ?+%2F').digest('base64'));
    expect(await text(await alice.getObject({ Bucket, Key: 'copy' }))).toBe('k ?+%2F');
    await expect(copy({ CopySource: `${Bucket}/copy` })).rejects.toEqual(failure('InvalidRequest', 400));
    await copy({ CopySource: `${Bucket}/copy`, MetadataDirective: 'REPLACE', Metadata: { a: '1' } });
    expect((await alice.headObject({ Bucket, Key: 'copy' })).Metadata).toEqual({ a: '1' });
    await copy({ Key: 'again', CopySource: `/${Bucket}/copy` });
    expect((await alice.headObject({ Bucket, Key: 'again' })).Metadata).toEqual({ a: '1' });
    const { ETag } = await alice.headObject({ Bucket, Key: 'copy' });
    await expect(copy({ CopySourceIfNoneMatch: ETag! })).rejects.toEqual(failure('PreconditionFailed', 412));
    await expect(copy({ CopySourceIfMatch: '"other"' })).rejects.toEqual(failure('PreconditionFailed', 412));
    await expect(copy({ CopySource: `${Bucket}/none` })).rejects.toMatchObject({ name: 'NoSuchKey', Key: 'none' });
    await expect(copy({ CopySource: 'not-there/k' })).rejects.toEqual(failure('NoSuchBucket', 404));
    await expect(copy({ CopySource: 'bucketonly' })).rejects.toEqual(failure('InvalidArgument', 400));
  });
});

describe('listings', () => {
  const keys = ['a/1', 'a/2', 'b', 'c/d/1', 'c/d/2', 'c/e', 'z é'];

  it('V2: prefixes, delimiters of any length, pages', async () => {
    const Bucket = await bucketWith(...keys);
    const all = await alice.listObjectsV2({ Bucket });
    expect([all.KeyCount, all.IsTruncated, all.MaxKeys]).toEqual([7, false, 1000]);
    expect(all.Contents!.map((object) => object.Key)).toEqual(keys);
    expect(all.Contents![0]!.Owner).toBeUndefined();
    expect((await alice.listObjectsV2({ Bucket, FetchOwner: true })).Contents![0]!.Owner).toMatchObject({
      DisplayName: 'alice',
    });
    const seen: string[] = [];
    let ContinuationToken: string | undefined;
    do {
      const page = await alice.listObjectsV2({
        Bucket,
        Delimiter: '/',
        MaxKeys: 1,
        ContinuationToken,
        EncodingType: 'url',
      });
      expect(page.KeyCount).toBe(1);
      seen.push(...(page.Contents ?? []).map((object) => object.Key!));
      seen.push(...(page.CommonPrefixes ?? []).map((prefix) => prefix.Prefix!));
      ContinuationToken = page.NextContinuationToken;
      expect(page.IsTruncated).toBe(ContinuationToken !== undefined);
    } while (ContinuationToken !== undefined);
    expect(seen).toEqual(['a/', 'b', 'c/', 'z%20%C3%A9']);
    const long = await alice.listObjectsV2({ Bucket, Prefix: 'c', Delimiter: '/d/' });
    expect(long.CommonPrefixes).toEqual([{ Prefix: 'c/d/' }]);
    expect(long.Contents!.map((object) => object.Key)).toEqual(['c/e']);
    expect((await alice.listObjectsV2({ Bucket, StartAfter: 'c/d/2' })).KeyCount).toBe(2);
    expect(await alice.listObjectsV2({ Bucket, MaxKeys: 0 })).toMatchObject({ KeyCount: 0, IsTruncated: false });
    expect((await alice.listObjectsV2({ Bucket, MaxKeys: 5000 })).MaxKeys).toBe(1000);
    await expect(alice.listObjectsV2({ Bucket, MaxKeys: -1 })).rejects.toEqual(failure('InvalidArgument', 400));
    await expect(alice.listObjectsV2({ Bucket, ContinuationToken: 'made-up' })).rejects.toEqual(
      failure('InvalidArgument', 400),
    );
  });

  it('V1: NextMarker only with a delimiter', async () => {
    const Bucket = await bucketWith(...keys);
    const plain = await alice.listObjects({ Bucket, MaxKeys: 2 });
    expect([plain.IsTruncated, plain.NextMarker]).toEqual([true, undefined]);
    expect(plain.Contents![0]!.Owner).toMatchObject({ DisplayName: 'alice' });
    const rolled = await alice.listObjects({ Bucket, Delimiter: '/', MaxKeys: 1 });
    expect(rolled.NextMarker).toBe('a/');
    const rest = await alice.listObjects({ Bucket, Delimiter: '/', Marker: 'a/' });
    expect(rest.Contents!.map((object) => object.Key)).toEqual(['b', 'z é']);
    expect(rest.CommonPrefixes).toEqual([{ Prefix: 'c/' }]);
  });

  it('versions: each object is its own version', async () => {
    const Bucket = await bucketWith(...keys);
    const page = await alice.listObjectVersions({ Bucket, MaxKeys: 2 });
    expect(page).toMatchObject({ IsTruncated: true, NextKeyMarker: 'a/2', NextVersionIdMarker: 'null' });
    expect(page.Versions).toMatchObject([
      { Key: 'a/1', VersionId: 'null', IsLatest: true, Size: 3 },
      { Key: 'a/2', VersionId: 'null', IsLatest: true },
    ]);
    const rest = await alice.listObjectVersions({ Bucket, KeyMarker: 'a/2', VersionIdMarker: 'null', Delimiter: '/' });
    expect(rest.Versions!.map((version) => version.Key)).toEqual(['b', 'z é']);
    await expect(alice.listObjectVersions({ Bucket, VersionIdMarker: 'null' })).rejects.toEqual(
      failure('InvalidArgument', 400),
    );
  });
});

describe('multipart uploads', () => {
  const size = 5 * 1024 ** 2;
  const pieces = [randomBytes(size), randomBytes(size), randomBytes(1000)];
  const data = Buffer.concat(pieces);

  async function upload(
    Bucket: string,
    Key: string,
    more: Partial<Sdk.CreateMultipartUploadCommandInput> = {},
  ): Promise<{ UploadId: string; Parts: Sdk.CompletedPart[] }> {
    const { UploadId } = await alice.createMultipartUpload({ Bucket, Key, ...more });
    const Parts: Sdk.CompletedPart[] = [];
    for (const [index, Body] of pieces.entries()) {
      const PartNumber = index * 2 + 1;
      const part = await alice.uploadPart({
        Bucket,
        Key,
        UploadId,
        PartNumber,
        Body,
        ...(more.ChecksumAlgorithm === undefined ? {} : { ChecksumAlgorithm: more.ChecksumAlgorithm }),
      });
      const { ETag, ChecksumCRC32, ChecksumCRC32C, ChecksumCRC64NVME, ChecksumSHA1, ChecksumSHA256 } = part;
      Parts.push({ PartNumber, ETag, ChecksumCRC32, ChecksumCRC32C, ChecksumCRC64NVME, ChecksumSHA1, ChecksumSHA256 });
    }
    return { UploadId: UploadId!, Parts };
  }

  it.each([
    ['CRC32', 'FULL_OBJECT'],
    ['CRC32C', 'FULL_OBJECT'],
    ['CRC64NVME', 'FULL_OBJECT'],
    ['CRC32', 'COMPOSITE'],
    ['SHA1', 'COMPOSITE'],
    ['SHA256', 'COMPOSITE'],
  ] as const)('%s %s', async (ChecksumAlgorithm, ChecksumType) => {
    const Bucket = await bucketWith();
    const Key = 'dir/k';
    const { UploadId, Parts } = await upload(Bucket, Key, { ChecksumAlgorithm, ChecksumType, ContentType: 'a/b' });
    const name = `Checksum${ChecksumAlgorithm}` as const;
    const digests = pieces.map((piece) => {
      const digest = createDigest(ChecksumAlgorithm);
      digest.update(piece);
      return digest.digest();
    });
    const digest = createDigest(ChecksumAlgorithm);
    for (const each of ChecksumType === 'COMPOSITE' ? digests : pieces) digest.update(each);
    const expected = `${toBase64(digest.digest())}${ChecksumType === 'COMPOSITE' ? '-3' : ''}`;
    expect(Parts.map((part) => part[name])).toEqual(digests.map((each) => toBase64(each)));

    const complete = (more: Partial<Sdk.CompleteMultipartUploadCommandInput>): Promise<unknown> =>
      alice.completeMultipartUpload({ Bucket, Key, UploadId, MultipartUpload: { Parts }, ...more });
    const wrong = toBase64(createDigest(ChecksumAlgorithm).digest());
    await expect(complete({ [name]: wrong })).rejects.toEqual(failure('BadDigest', 400));
    await expect(complete({ MpuObjectSize: 5 })).rejects.toEqual(failure('InvalidRequest', 400));
    await expect(complete({ MultipartUpload: { Parts: [{ ...Parts[0], [name]: wrong }] } })).rejects.toEqual(
      failure('InvalidPart', 400),
    );
    const md5 = createHash('md5');
    for (const piece of pieces) md5.update(createHash('md5').update(piece).digest());
    expect(await complete({ [name]: expected, MpuObjectSize: data.length })).toMatchObject({
      ETag: `"${md5.digest('hex')}-3"`,
      [name]: expected,
      ChecksumType,
      Bucket,
      Key,
      Location: `${door.endpoint}/${Bucket}/dir/k`,
    });
    const got = await alice.getObject({ Bucket, Key });
    expect(got.ContentType).toBe('a/b');
    expect(Buffer.from(await got.Body!.transformToByteArray()).equals(data)).toBe(true);
    expect(await alice.headObject({ Bucket, Key, ChecksumMode: 'ENABLED' })).toMatchObject({
      [name]: expected,
      ChecksumType,
      ContentLength: data.length,
    });
    const second = await alice.getObject({ Bucket, Key, PartNumber: 2, ChecksumMode: 'ENABLED' });
    expect([second.PartsCount, second.ContentRange]).toEqual([3, `bytes ${size}-${2 * size - 1}/${data.length}`]);
    expect(Buffer.from(await second.Body!.transformToByteArray()).equals(pieces[1]!)).toBe(true);
    const attributes = await alice.getObjectAttributes({
      Bucket,
      Key,
      ObjectAttributes: ['ETag', 'Checksum', 'ObjectParts', 'StorageClass', 'ObjectSize'],
      MaxParts: 2,
    });
    expect(attributes).toMatchObject({
      Checksum: { [name]: expected, ChecksumType },
      ObjectParts: { TotalPartsCount: 3, IsTruncated: true, NextPartNumberMarker: '2' },
      StorageClass: 'STANDARD',
      ObjectSize: data.length,
    });
  });

  it('refuses what does not fit together', async () => {
    const Bucket = await bucketWith();
    await expect(
      alice.createMultipartUpload({ Bucket, Key: 'k', ChecksumAlgorithm: 'SHA256', ChecksumType: 'FULL_OBJECT' }),
    ).rejects.toEqual(failure('InvalidRequest', 400));
    const { UploadId, Parts } = await upload(Bucket, 'k', { ChecksumAlgorithm: 'CRC32' });
    await expect(
      alice.uploadPart({ Bucket, Key: 'k', UploadId, PartNumber: 1, Body: 'x', ChecksumAlgorithm: 'SHA1' }),
    ).rejects.toEqual(failure('InvalidRequest', 400));
    await expect(alice.uploadPart({ Bucket, Key: 'k', UploadId, PartNumber: 10_001 })).rejects.toEqual(
      failure('InvalidArgument', 400),
    );
    await expect(alice.uploadPart({ Bucket, Key: 'other', UploadId, PartNumber: 1 })).rejects.toMatchObject({
      name: 'NoSuchUpload',
      UploadId,
    });
    const complete = (parts: Sdk.CompletedPart[], more = {}): Promise<unknown> =>
      alice.completeMultipartUpload({ Bucket, Key: 'k', UploadId, MultipartUpload: { Parts: parts }, ...more });
    await expect(complete(Parts.toReversed())).rejects.toEqual(failure('InvalidPartOrder', 400));
    await expect(complete([{ ...Parts[0], PartNumber: 2 }])).rejects.toEqual(failure('InvalidPart', 400));
    await expect(complete([Parts[2]!, { ...Parts[2], PartNumber: 6 }])).rejects.toEqual(failure('InvalidPart', 400));
    await expect(complete(Parts, { IfMatch: '"none"' })).rejects.toEqual(failure('NoSuchKey', 404));
    await complete(Parts, { IfNoneMatch: '*' });
  });

  it('lists uploads and parts, copies parts, aborts', async () => {
    const Bucket = await bucketWith();
    await alice.putObject({ Bucket, Key: 'source', Body: data });
    const { UploadId } = await alice.createMultipartUpload({ Bucket, Key: 'x/copy', ChecksumAlgorithm: 'CRC32C' });
    const CopySource = `${Bucket}/source`;
    const copyPart = (PartNumber: number, CopySourceRange?: string): Promise<Sdk.UploadPartCopyCommandOutput> =>
      alice.uploadPartCopy({ Bucket, Key: 'x/copy', UploadId, PartNumber, CopySource, CopySourceRange });
    const first = await copyPart(1, `bytes=0-${size - 1}`);
    const second = await copyPart(2, `bytes=${size}-${data.length - 1}`);
    expect(first.CopyPartResult?.ChecksumCRC32C).toBeDefined();
    await expect(copyPart(3, 'bytes=5-')).rejects.toEqual(failure('InvalidArgument', 400));
    await expect(copyPart(3, `bytes=0-${data.length}`)).rejects.toEqual(failure('InvalidRange', 416));

    const listed = await alice.listParts({ Bucket, Key: 'x/copy', UploadId, MaxParts: 1 });
    expect(listed).toMatchObject({
      IsTruncated: true,
      NextPartNumberMarker: '1',
      ChecksumAlgorithm: 'CRC32C',
      ChecksumType: 'COMPOSITE',
      Parts: [{ PartNumber: 1, Size: size, ETag: first.CopyPartResult!.ETag }],
    });
    await alice.createMultipartUpload({ Bucket, Key: 'y' });
    const uploads = await alice.listMultipartUploads({ Bucket, Delimiter: '/' });
    expect(uploads.CommonPrefixes).toEqual([{ Prefix: 'x/' }]);
    expect(uploads.Uploads).toMatchObject([{ Key: 'y', Initiator: { DisplayName: 'alice' } }]);
    const page = await alice.listMultipartUploads({ Bucket, MaxUploads: 1 });
    expect(page).toMatchObject({ IsTruncated: true, NextKeyMarker: 'x/copy', NextUploadIdMarker: UploadId });

    await alice.completeMultipartUpload({
      Bucket,
      Key: 'x/copy',
      UploadId,
      MultipartUpload: {
        Parts: [
          { PartNumber: 1, ETag: first.CopyPartResult!.ETag },
          { PartNumber: 2, ETag: second.CopyPartResult!.ETag },
        ],
      },
    });
    const got = await alice.getObject({ Bucket, Key: 'x/copy' });
    expect(Buffer.from(await got.Body!.transformToByteArray()).equals(data)).toBe(true);
    const [left] = (await alice.listMultipartUploads({ Bucket })).Uploads!;
    await alice.abortMultipartUpload({ Bucket, Key: 'y', UploadId: left!.UploadId });
    await expect(alice.abortMultipartUpload({ Bucket, Key: 'y', UploadId: left!.UploadId })).rejects.toEqual(
      failure('NoSuchUpload', 404),
    );
  });

  it('lib-storage', async () => {
    const Bucket = await bucketWith();
    await new storage.Upload({ client: alice, params: { Bucket, Key: 'k', Body: data }, partSize: size }).done();
    const got = await alice.getObject({ Bucket, Key: 'k' });
    expect(Buffer.from(await got.Body!.transformToByteArray()).equals(data)).toBe(true);
  });
});
