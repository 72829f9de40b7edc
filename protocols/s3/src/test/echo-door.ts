import { randomBytes } from 'node:crypto';
import type { HttpServer, ReplySource } from '@polynas/http';
import { systemClock } from '@polynas/core/wire';
import { checksumHeader, toBase64 } from '../checksum/algorithms.ts';
import { S3Error } from '../errors.ts';
import type { OperationHandlers, S3Reply, S3Request } from '../operation.ts';
import { s3Document } from '../xml/writer.ts';
import type { S3Answer } from '../http/front.ts';
import type { S3ServerOptions } from '../http/server.ts';
import { listenS3 } from '../http/server.ts';

export const accessKeyId = 'POLYNASTESTKEY';
export const secretAccessKey = 'a/secret+with/odd=characters';

/** A door with the least that clients need to put something and get it back. Objects live in a map. */
export interface EchoDoor {
  readonly server: HttpServer;
  readonly endpoint: string;
  readonly objects: Map<string, StoredObject>;
  readonly answers: S3Answer[];
}

export interface StoredObject {
  readonly bytes: Buffer;
  readonly etag: string;
  readonly headers: Readonly<Record<string, string>>;
}

export async function openEchoDoor(change: Partial<S3ServerOptions<string>> = {}): Promise<EchoDoor> {
  const objects = new Map<string, StoredObject>();
  const answers: S3Answer[] = [];
  const server = await listenS3<string>(
    {
      handlers: echoHandlers(objects),
      credentials: async (id) => (id === accessKeyId ? { secret: secretAccessKey, principal: 'tester' } : undefined),
      baseDomains: ['s3.localhost'],
      clock: systemClock,
      random: randomBytes,
      onAnswer: (answer) => answers.push(answer),
      ...change,
    },
    { host: '127.0.0.1', port: 0 },
  );
  return { server, endpoint: `http://127.0.0.1:${server.address.port}`, objects, answers };
}

/** Bytes as a reply pulls them. */
export function sourceOf(bytes: Uint8Array): ReplySource {
  let at = 0;
  return {
    read: async (maximum) => bytes.subarray(at, (at += maximum)),
    close: async () => undefined,
  };
}

function echoHandlers(objects: Map<string, StoredObject>): Partial<OperationHandlers<string>> {
  const find = (request: S3Request<string>): StoredObject => {
    const object = objects.get(`${request.bucket}/${request.key}`);
    if (object === undefined) throw new S3Error('NoSuchKey', { elements: { Key: request.key } });
    return object;
  };
  const get = async (request: S3Request<string>): Promise<S3Reply> => {
    const object = find(request);
    return {
      status: 200,
      headers: { ...object.headers, etag: `"${object.etag}"`, 'last-modified': new Date(0).toUTCString() },
      body: {
        length: object.bytes.length,
        source: sourceOf(object.bytes),
      },
    };
  };
  const list = async (request: S3Request<string>): Promise<S3Reply> => {
    const xml = s3Document('ListBucketResult').leaf('Name', request.bucket).leaf('IsTruncated', false);
    for (const [path, object] of [...objects].sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (!path.startsWith(`${request.bucket}/${request.query.get('prefix') ?? ''}`)) continue;
      xml
        .open('Contents')
        .leaf('Key', path.slice(request.bucket.length + 1))
        .leaf('Size', object.bytes.length);
      xml.leaf('ETag', `"${object.etag}"`).leaf('LastModified', '1970-01-01T00:00:00.000Z').close();
    }
    return { status: 200, body: xml.close().toString() };
  };
  return {
    PutObject: async (request) => {
      request.body.want('MD5');
      const chunks: Uint8Array[] = [];
      for await (const chunk of request.body) chunks.push(chunk);
      const etag = Buffer.from(request.body.digests.get('MD5')!).toString('hex');
      const headers: Record<string, string> = {};
      for (const [name, value] of request.headers) {
        if (/^(x-amz-meta-|content-type$|content-encoding$)/.test(name)) headers[name] = value;
      }
      if (request.declaredChecksum !== undefined) {
        headers[checksumHeader(request.declaredChecksum)] = toBase64(
          request.body.digests.get(request.declaredChecksum)!,
        );
      }
      objects.set(`${request.bucket}/${request.key}`, { bytes: Buffer.concat(chunks), etag, headers });
      return { status: 200, headers: { etag: `"${etag}"` } };
    },
    GetObject: get,
    HeadObject: get,
    DeleteObject: async (request) => {
      objects.delete(`${request.bucket}/${request.key}`);
      return { status: 204 };
    },
    ListBuckets: async () => ({
      status: 200,
      body: s3Document('ListAllMyBucketsResult').open('Buckets').close().close().toString(),
    }),
    HeadBucket: async () => ({ status: 200 }),
    CreateBucket: async (request) => {
      await request.body.bytes(65_536);
      return { status: 200, headers: { location: `/${request.bucket}` } };
    },
    GetBucketLocation: async () => ({
      status: 200,
      body: s3Document('LocationConstraint').close().toString(),
    }),
    ListObjects: list,
    ListObjectsV2: list,
  };
}
