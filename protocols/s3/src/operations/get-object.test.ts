import { randomBytes } from 'node:crypto';
import type * as Sdk from '@aws-sdk/client-s3';
import type { ObjectService } from '@polynas/core/service';
import { StorageError } from '@polynas/core/service';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '@polynas/core/wire';
import { listenS3Door } from '../door.ts';
import type { S3Answer } from '../http/front.ts';
import type { HttpServer } from '@polynas/http';
import { newClient } from '../test/aws-sdk.ts';
import type { TestDoor } from '../test/open-door.ts';
import { openDoor } from '../test/open-door.ts';

const Bucket = 'bucket';
/** Larger than what is read with the opening. */
const size = 200_000;

let door: TestDoor;
let server: HttpServer;
let alice: Sdk.S3;
let answers: S3Answer[];
/** What happens after each opening and before the first read. */
let afterOpening: (() => Promise<void>)[];
let failure: Error | undefined;

beforeEach(async () => {
  door = await openDoor();
  afterOpening = [];
  failure = undefined;
  answers = [];
  const objects: ObjectService = {
    ...door.core.objects,
    async get(...given) {
      const reader = await door.core.objects.get(...given);
      await afterOpening.shift()?.();
      const broken = failure;
      return broken === undefined
        ? reader
        : { info: reader.info, read: () => Promise.reject(broken), close: () => reader.close() };
    },
  };
  const { shares, accounts } = door.core;
  server = await listenS3Door(
    { objects, shares, accounts },
    {
      host: '127.0.0.1',
      port: 0,
      clock: systemClock,
      random: randomBytes,
      onAnswer: (answer) => answers.push(answer),
    },
  );
  alice = newClient({ ...door, endpoint: `http://127.0.0.1:${server.address.port}` }, door.alice);
  await alice.createBucket({ Bucket });
});

afterEach(async () => {
  alice.destroy();
  await server.stop(1000);
  await door.close();
});

const write = async (letter: string, length = size): Promise<void> => {
  await alice.putObject({ Bucket, Key: 'k', Body: Buffer.alloc(length, letter) });
};

describe('a GET of an object that changes before its first byte', () => {
  it('gives the later content, under its own etag', async () => {
    await write('a');
    afterOpening = [() => write('b'), () => write('c')];
    const { Body, ETag } = await alice.getObject({ Bucket, Key: 'k' });
    expect(Buffer.from(await Body!.transformToByteArray()).equals(Buffer.alloc(size, 'c'))).toBe(true);
    expect(ETag).toBe((await alice.headObject({ Bucket, Key: 'k' })).ETag);
  });

  it('looks at range and conditions anew', async () => {
    await write('a');
    afterOpening = [() => write('b', size + 100_000)];
    const { Body, ContentRange } = await alice.getObject({ Bucket, Key: 'k', Range: 'bytes=-100000' });
    expect(ContentRange).toBe(`bytes ${size}-${size + 99_999}/${size + 100_000}`);
    expect(Buffer.from(await Body!.transformToByteArray()).equals(Buffer.alloc(100_000, 'b'))).toBe(true);

    const { ETag } = await alice.headObject({ Bucket, Key: 'k' });
    afterOpening = [() => write('c')];
    await expect(alice.getObject({ Bucket, Key: 'k', IfMatch: ETag })).rejects.toMatchObject({
      name: 'PreconditionFailed',
    });
    afterOpening = [
      async () => {
        await write('d');
        await alice.deleteObject({ Bucket, Key: 'k' });
      },
    ];
    await expect(alice.getObject({ Bucket, Key: 'k' })).rejects.toMatchObject({ name: 'NoSuchKey', Key: 'k' });
  });

  it('is told to come again when it never stands still, and of other faults what they are', async () => {
    await write('a');
    const never = new StorageError('conditionFailed');
    failure = never;
    await expect(alice.getObject({ Bucket, Key: 'k' })).rejects.toMatchObject({ name: 'ServiceUnavailable' });
    failure = new StorageError('io');
    await expect(alice.getObject({ Bucket, Key: 'k' })).rejects.toMatchObject({ name: 'InternalError' });
    expect(answers.slice(-2)).toMatchObject([
      { status: 503, error: { cause: never } },
      { status: 500, error: failure },
    ]);
    failure = undefined;
    const { Body } = await alice.getObject({ Bucket, Key: 'k' });
    expect((await Body!.transformToByteArray()).length).toBe(size);
  });
});
