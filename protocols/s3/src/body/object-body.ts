import type { ObjectBody, ObjectChecksums } from '@polynas/core/service';
import type { ChecksumAlgorithm } from '../checksum/algorithms.ts';
import { toBase64 } from '../checksum/algorithms.ts';
import type { BodyReader } from './body-reader.ts';

/**
 * A request's body as the object service pulls it. The checks that the client asked for reject the last `read` or
 * `finish`, hence before anything is published.
 *
 * @param algorithm checksum to store with the object; it must be among the body's digests (declared or wanted)
 */
export function toObjectBody(body: BodyReader, algorithm: ChecksumAlgorithm | undefined): ObjectBody {
  // The service computes the MD5, which is the etag: no need to do so twice.
  const checkMd5 = body.deferMd5();
  const iterator = body[Symbol.asyncIterator]();
  return {
    length: body.length,
    async read() {
      const next = await iterator.next();
      return next.done === true ? undefined : next.value;
    },
    async finish(md5): Promise<ObjectChecksums | undefined> {
      checkMd5?.(md5);
      const digest = algorithm === undefined ? undefined : body.digests.get(algorithm);
      if (algorithm === undefined || digest === undefined) return undefined;
      return { type: 'FULL_OBJECT', values: { [algorithm.toLowerCase()]: toBase64(digest) } };
    },
  };
}
