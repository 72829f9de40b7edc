import { createReadStream, statSync } from 'node:fs';
import { createRequire, registerHooks } from 'node:module';
import type { Readable } from 'node:stream';
import type * as Sdk from '@aws-sdk/client-s3';
import type * as Storage from '@aws-sdk/lib-storage';
import type * as Presigner from '@aws-sdk/s3-request-presigner';
import { sha256 } from './command.ts';
import { region, type S3Target, type StoreClient } from './store-client.ts';

// The workspace's Vitest resolves the `module` condition, whose files in the AWS SDK only bundlers can load.
registerHooks({
  resolve: (specifier, context, next) =>
    next(specifier, { ...context, conditions: context.conditions.filter((condition) => condition !== 'module') }),
});
const load = createRequire(import.meta.url);
export const sdk = load('@aws-sdk/client-s3') as typeof Sdk;
const { Upload } = load('@aws-sdk/lib-storage') as typeof Storage;
export const { getSignedUrl } = load('@aws-sdk/s3-request-presigner') as typeof Presigner;

/** @aws-sdk/client-s3 with one bucket. */
export class AwsSdk implements StoreClient {
  readonly name = 'aws-sdk';
  readonly door = 's3';
  readonly unavailable = undefined;
  readonly client: Sdk.S3Client;
  readonly bucket: string;

  constructor(target: S3Target, change: Sdk.S3ClientConfig = {}) {
    const { endpoint, bucket, accessKeyId, secretAccessKey } = target;
    this.bucket = bucket;
    this.client = new sdk.S3Client({
      endpoint,
      region,
      forcePathStyle: true,
      credentials: { accessKeyId, secretAccessKey },
      maxAttempts: 1,
      ...change,
    });
  }

  /** One streamed PUT, whatever the size is. */
  async put(file: string, path: string): Promise<void> {
    const { size } = statSync(file);
    const body = createReadStream(file);
    const input = { Bucket: this.bucket, Key: path, Body: body, ContentLength: size };
    await this.client.send(new sdk.PutObjectCommand(input));
  }

  async putBytes(path: string, bytes: string | Uint8Array): Promise<string> {
    const answer = await this.client.send(new sdk.PutObjectCommand({ Bucket: this.bucket, Key: path, Body: bytes }));
    return answer.ETag ?? '';
  }

  async sum(path: string): Promise<string> {
    const { Body: body } = await this.client.send(new sdk.GetObjectCommand({ Bucket: this.bucket, Key: path }));
    return sha256(body as Readable);
  }

  async bytes(path: string): Promise<Buffer> {
    const { Body: body } = await this.client.send(new sdk.GetObjectCommand({ Bucket: this.bucket, Key: path }));
    return Buffer.from((await body?.transformToByteArray()) ?? []);
  }

  async etag(path: string): Promise<string> {
    const answer = await this.client.send(new sdk.HeadObjectCommand({ Bucket: this.bucket, Key: path }));
    return answer.ETag ?? '';
  }

  async remove(path: string): Promise<void> {
    await this.client.send(new sdk.DeleteObjectCommand({ Bucket: this.bucket, Key: path }));
  }

  /** Removes keys by DeleteObjects, 1,000 at a time; an error of any key is an error here. */
  async removeAll(keys: readonly string[]): Promise<void> {
    for (let from = 0; from < keys.length; from += 1000) {
      const objects = keys.slice(from, from + 1000).map((key) => ({ Key: key }));
      const input = { Bucket: this.bucket, Delete: { Objects: objects, Quiet: true } };
      const { Errors: errors = [] } = await this.client.send(new sdk.DeleteObjectsCommand(input));
      if (errors.length > 0) throw new Error(`DeleteObjects: ${JSON.stringify(errors.slice(0, 3))}`);
    }
  }

  /** All keys with a prefix, in the order in which the door lists them. Names that XML cannot hold come through: url-encoded. */
  async keys(prefix = ''): Promise<string[]> {
    const input = { Bucket: this.bucket, Prefix: prefix, EncodingType: 'url' as const };
    const keys: string[] = [];
    for await (const page of sdk.paginateListObjectsV2({ client: this.client }, input)) {
      for (const { Key: key = '' } of page.Contents ?? []) keys.push(decodeURIComponent(key.replaceAll('+', ' ')));
    }
    return keys;
  }

  close(): void {
    this.client.destroy();
  }
}

/** @aws-sdk/lib-storage: a file in parts, several at once. */
export class AwsSdkUpload implements StoreClient {
  readonly name = 'aws-sdk-upload';
  readonly door = 's3';
  readonly unavailable = undefined;
  readonly #sdk: AwsSdk;

  constructor(s3: AwsSdk) {
    this.#sdk = s3;
  }

  async put(file: string, path: string): Promise<void> {
    const { client, bucket } = this.#sdk;
    const params = { Bucket: bucket, Key: path, Body: createReadStream(file) };
    await new Upload({ client, params, partSize: 8 * 2 ** 20, queueSize: 4 }).done();
  }

  sum(path: string): Promise<string> {
    return this.#sdk.sum(path);
  }
}
