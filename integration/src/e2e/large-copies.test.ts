import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sdk } from '../clients/aws-sdk.ts';
import { SwiftHttp } from '../clients/swift-http.ts';
import { Doors } from './doors.ts';

const KIB = 1024;
const MIB = 2 ** 20;
/** Of segments: small ones, which a backend may keep in memory, between such as are read in pieces. */
const sizes = [5 * MIB + 7, 1, 3000, 4096, 4 * MIB + 4097, 4096, 70_000, 65_536, 4 * MIB + 1, 8193, 200 * KIB, 12];

let doors: Doors;
let swift: SwiftHttp;

beforeAll(async () => {
  doors = await Doors.open();
  swift = await SwiftHttp.as(doors.head, 'alice');
});

afterAll(async () => {
  await doors?.[Symbol.asyncDispose]();
});

const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex');
const bare = (etag: string | null | undefined): string | undefined => etag?.replaceAll('"', '');

/** What is at each path by now, as it was written. */
const written = new Map<string, Buffer>();

/** Fails by what differs, not with the bytes. */
function expectBytes(have: Buffer, wanted: Buffer, of: string): void {
  let first = have.length === wanted.length ? -1 : Math.min(have.length, wanted.length);
  if (!have.equals(wanted)) first = have.findIndex((byte, index) => byte !== wanted[index]);
  expect({ of, length: have.length, differsAt: first }).toEqual({ of, length: wanted.length, differsAt: -1 });
}

/** Every byte of all that was written under one of these, by Swift and by S3, many at once; and that an etag, where it is one of the whole, is that of the bytes. */
async function expectWhole(...prefixes: readonly string[]): Promise<void> {
  const wanted = [...written].filter(([path]) => prefixes.some((prefix) => path.startsWith(prefix)));
  await Promise.all(
    wanted.map(async ([path, bytes]) => {
      const { status, bytes: bySwift, headers } = await swift.request('GET', path);
      expect(status, path).toBe(200);
      expectBytes(bySwift, bytes, `${path} by Swift`);
      const etag = bare(headers.get('etag'));
      const isManifest = headers.has('x-static-large-object') || headers.has('x-object-manifest');
      if (!isManifest && etag?.includes('-') === false) expect(etag, path).toBe(md5(bytes));
    }),
  );
  // By S3 a manifest is what it is: an object without content of its own.
  const objects = wanted.filter(([path]) => !path.startsWith('manifest/'));
  await Promise.all(
    objects.map(async ([path, bytes]) => expectBytes(await doors.sdk.bytes(path), bytes, `${path} by S3`)),
  );
}

async function putSegments(folder: string, of: readonly number[] = sizes): Promise<string[]> {
  const paths = of.map((size, index) => `${folder}/${String(index).padStart(3, '0')}-${size}`);
  await Promise.all(
    paths.map(async (path, index) => {
      const bytes = randomBytes(of[index]!);
      const { status, headers } = await swift.request('PUT', path, {}, bytes);
      expect([status, bare(headers.get('etag'))], path).toEqual([201, md5(bytes)]);
      written.set(path, bytes);
    }),
  );
  return paths;
}

const joined = (paths: readonly string[]): Buffer => Buffer.concat(paths.map((path) => written.get(path)!));

async function putManifest(path: string, segments: readonly string[]): Promise<void> {
  const rows = segments.map((segment) => ({
    path: `files/${segment}`,
    size_bytes: written.get(segment)!.length,
  }));
  const { status, text } = await swift.request('PUT', `${path}?multipart-manifest=put`, {}, JSON.stringify(rows));
  expect(status, text).toBe(201);
  written.set(path, joined(segments));
}

async function copyBySwift(from: string, to: string, query = ''): Promise<void> {
  const { status, text } = await swift.request('COPY', `${from}${query}`, { destination: `files/${to}` });
  expect(status, text).toBe(201);
  written.set(to, written.get(from)!);
}

async function copyByS3(from: string, to: string): Promise<string | undefined> {
  const { client, bucket: Bucket } = doors.sdk;
  const input = { Bucket, Key: to, CopySource: `${Bucket}/${from}` };
  const { CopyObjectResult: result } = await client.send(new sdk.CopyObjectCommand(input));
  written.set(to, written.get(from)!);
  return bare(result?.ETag);
}

/** Parts of an upload: bytes, or a range of an object that is there. */
type Part = Buffer | { readonly from: string; readonly start: number; readonly end: number };

async function upload(Key: string, parts: readonly Part[]): Promise<string | undefined> {
  const { client, bucket: Bucket } = doors.sdk;
  const { UploadId } = await client.send(new sdk.CreateMultipartUploadCommand({ Bucket, Key }));
  const done = await Promise.all(
    parts.map(async (part, index) => {
      const place = { Bucket, Key, UploadId, PartNumber: index + 1 };
      if (Buffer.isBuffer(part)) {
        const { ETag } = await client.send(new sdk.UploadPartCommand({ ...place, Body: part }));
        return { PartNumber: index + 1, ETag };
      }
      const range = `bytes=${part.start}-${part.end - 1}`;
      const copy = { ...place, CopySource: `${Bucket}/${part.from}`, CopySourceRange: range };
      const { CopyPartResult: result } = await client.send(new sdk.UploadPartCopyCommand(copy));
      return { PartNumber: index + 1, ETag: result?.ETag };
    }),
  );
  const bytes = parts.map((part) =>
    Buffer.isBuffer(part) ? part : written.get(part.from)!.subarray(part.start, part.end),
  );
  for (const [index, { ETag }] of done.entries()) expect(bare(ETag), `part ${index + 1}`).toBe(md5(bytes[index]!));
  const complete = { Bucket, Key, UploadId, MultipartUpload: { Parts: done } };
  const { ETag } = await client.send(new sdk.CompleteMultipartUploadCommand(complete));
  const digests = Buffer.concat(bytes.map((part) => createHash('md5').update(part).digest()));
  expect(bare(ETag)).toBe(`${md5(digests)}-${parts.length}`);
  written.set(Key, Buffer.concat(bytes));
  return bare(ETag);
}

/** An upload without a length that has sent half of its bytes, and waits. */
function waitingUpload(path: string, bytes: Buffer): { readonly begun: Promise<void>; finish(): Promise<void> } {
  const { promise: begun, resolve: begins } = Promise.withResolvers<void>();
  const { promise: finished, resolve: goOn } = Promise.withResolvers<void>();
  const half = bytes.length / 2;
  async function* pieces(): AsyncGenerator<Uint8Array> {
    yield bytes.subarray(0, half);
    begins();
    await finished;
    yield bytes.subarray(half);
  }
  const answer = swift.request('PUT', path, {}, ReadableStream.from(pieces()));
  // Its failure is met by `finish`.
  answer.catch(() => undefined);
  return {
    begun,
    async finish() {
      goOn();
      const { status, text } = await answer;
      expect(status, `${path} ${text}`).toBe(201);
      written.set(path, bytes);
    },
  };
}

describe('copies of large objects, every byte compared after each', () => {
  test('a static large object, to one object, and to another manifest', async () => {
    const segments = await putSegments('slo');
    await putManifest('manifest/slo', segments);
    await copyBySwift('manifest/slo', 'copied/slo');
    await expectWhole('slo/', 'manifest/', 'copied/');
    await copyBySwift('manifest/slo', 'manifest/slo-2', '?multipart-manifest=get');
    await copyBySwift('manifest/slo', 'copied/slo');
    await expectWhole('slo/', 'manifest/', 'copied/');
  });

  test('a dynamic large object', async () => {
    const segments = await putSegments('dlo');
    expect((await swift.request('PUT', 'manifest/dlo', { 'x-object-manifest': 'files/dlo/' }, '')).status).toBe(201);
    written.set('manifest/dlo', joined(segments));
    await copyBySwift('manifest/dlo', 'copied/dlo');
    await expectWhole('dlo/', 'manifest/dlo', 'copied/dlo');
  });

  test('a manifest of manifests and of uploads', async () => {
    await upload('uploads/segment', [randomBytes(5 * MIB), randomBytes(5 * MIB + 13), randomBytes(70_001)]);
    const small = await putSegments('inner', [4096, 100, 9000, 65_537]);
    await putManifest('manifest/inner', small);
    await putManifest('manifest/outer', ['manifest/inner', 'uploads/segment', ...small, 'manifest/inner']);
    await copyBySwift('manifest/outer', 'copied/outer');
    await expectWhole('uploads/', 'inner/', 'manifest/inner', 'manifest/outer', 'copied/outer');
  });

  test('an upload in parts, by S3 and by Swift, whole and in ranges', async () => {
    const Key = 'uploads/source';
    await upload(Key, [randomBytes(5 * MIB), randomBytes(6 * MIB + 4095), randomBytes(300)]);
    const etag = await copyByS3(Key, 'copied/upload');
    expect(bare(await doors.sdk.etag('copied/upload'))).toBe(etag);
    await copyBySwift(Key, 'copied/upload-by-swift');
    const { length } = written.get(Key)!;
    const ranges: Part[] = [
      { from: Key, start: 4096, end: 5 * MIB + 4097 },
      { from: 'copied/upload', start: 1, end: 6 * MIB },
      randomBytes(5 * MIB),
      { from: Key, start: length - 5000, end: length },
    ];
    await upload('uploads/of-ranges', ranges);
    await expectWhole('uploads/', 'copied/upload');
  });

  test('copies at once with others of the same segments, and over objects that are read meanwhile', async () => {
    const segments = [...written.keys()].filter((path) => path.startsWith('slo/')).toSorted();
    const rounds = [0, 1];
    await Promise.all([
      ...rounds.map((round) => copyBySwift('manifest/slo', `copied/at-once-${round}`)),
      ...rounds.map((round) => copyByS3('uploads/source', `copied/at-once-s3-${round}`)),
      ...segments.map(async (path) => {
        const copy = `copied-${path}`;
        await copyByS3(path, copy);
        expectBytes(await doors.sdk.bytes(path), written.get(path)!, path);
      }),
    ]);
    await expectWhole('slo/', 'copied-slo/', 'copied/at-once');
  });

  test('a segment that is written anew shows in the next copy, and nowhere else', async () => {
    const segments = [...written.keys()].filter((path) => path.startsWith('dlo/')).toSorted();
    for (const path of segments.filter((_, index) => index % 3 === 1)) {
      const bytes = randomBytes(written.get(path)!.length);
      expect((await swift.request('PUT', path, {}, bytes)).status).toBe(201);
      written.set(path, bytes);
    }
    written.set('manifest/dlo', joined(segments));
    await copyBySwift('manifest/dlo', 'copied/dlo-anew');
    await expectWhole('dlo/', 'manifest/dlo', 'copied/dlo');
  });

  test('ranges of copies, at the seams of the segments', async () => {
    const bytes = written.get('copied/slo')!;
    let end = 0;
    for (const size of sizes) {
      end += size;
      const [start, last] = [Math.max(0, end - 2000), Math.min(bytes.length, end + 2000) - 1];
      const wanted = bytes.subarray(start, last + 1);
      for (const path of ['manifest/slo', 'manifest/slo-2', 'copied/slo']) {
        const part = await swift.request('GET', path, { range: `bytes=${start}-${last}` });
        expect(part.status).toBe(206);
        expectBytes(part.bytes, wanted, `${path} at ${start}`);
      }
    }
  });

  test('NFS and SMB read the same', async () => {
    const readers = [doors.libnfs, doors.smbclient].filter(({ unavailable }) => unavailable === undefined);
    for (const path of ['copied/slo', 'copied/outer', 'copied/upload', 'uploads/of-ranges', 'dlo/001-1']) {
      const wanted = createHash('sha256').update(written.get(path)!).digest('hex');
      for (const reader of readers) expect(await reader.sum(path), `${path} by ${reader.name}`).toBe(wanted);
    }
  });

  test('after a restart, when nothing is remembered, beside many uploads that wait for their clients: all is as before', async () => {
    await doors.head.restart();
    swift = await SwiftHttp.as(doors.head, 'alice');
    // Each has some of the memory that all contents go through, of which there is so much: copies go through memory of another kind then.
    const uploads = Array.from({ length: 40 }, (_, index) => waitingUpload(`waiting/${index}`, randomBytes(200 * KIB)));
    await Promise.all(uploads.map(({ begun }) => begun));
    for (const name of ['inner', 'slo', 'dlo']) await copyBySwift(`manifest/${name}`, `copied/${name}-beside`);
    await expectWhole('inner/', 'slo/', 'dlo/', 'copied/');
    await Promise.all(uploads.map(({ finish }) => finish()));
    await expectWhole('');
  });
});

test('the head saw no fault, and its volume is whole', async () => {
  expect(doors.head.faults()).toEqual([]);
  expect(await doors.head.volumeProblems()).toEqual([]);
});
