import { ObjectError, isStorageError } from '@polynas/core/service';
import type { ErrorElements, S3ErrorCode } from '../errors.ts';
import { S3Error } from '../errors.ts';
import type { Request } from '../request/handle.ts';
import { toS3Error } from '../status.ts';

/** The error as S3 words it, with the elements by which AWS names what it speaks of. */
export function namedError(thrown: unknown, request: Request): S3Error {
  const error = gone(thrown, request) ? new S3Error('NoSuchBucket', { cause: thrown }) : toS3Error(thrown);
  const elements = { ...elementsFor(error.code, request), ...ofObjectError(thrown), ...error.elements };
  return new S3Error(error.code, { message: error.message, elements, headers: error.headers, cause: error.cause });
}

/** A bucket that was deleted between the look-up of its name and the operation. Keys that are missing are `ObjectError`s. */
function gone(thrown: unknown, request: Request): boolean {
  return request.key === '' && (isStorageError(thrown, 'notFound') || isStorageError(thrown, 'stale'));
}

function elementsFor(code: S3ErrorCode, request: Request): ErrorElements {
  switch (code) {
    case 'NoSuchBucket':
    case 'BucketNotEmpty':
      return { BucketName: request.bucket };
    case 'NoSuchKey':
      return { Key: request.key };
    case 'NoSuchUpload':
    case 'InvalidPart':
    case 'InvalidPartOrder':
      return { UploadId: request.query.get('uploadId') ?? '' };
    case 'PreconditionFailed': {
      const condition = failedCondition(request);
      return condition === undefined ? {} : { Condition: condition };
    }
    default:
      return {};
  }
}

const conditionHeaders = [
  'If-Match',
  'If-None-Match',
  'If-Modified-Since',
  'If-Unmodified-Since',
  'x-amz-copy-source-If-Match',
  'x-amz-copy-source-If-None-Match',
  'x-amz-copy-source-If-Modified-Since',
  'x-amz-copy-source-If-Unmodified-Since',
];

/** Named only where there is no doubt. */
function failedCondition(request: Request): string | undefined {
  const present = conditionHeaders.filter((name) => request.headers.has(name.toLowerCase()));
  return present.length === 1 ? present[0] : undefined;
}

const elementNames: Readonly<Record<string, string>> = {
  number: 'PartNumber',
  partNumber: 'PartNumber',
  size: 'ProposedSize',
  minimum: 'MinSizeAllowed',
  maximum: 'MaxSizeAllowed',
};

function ofObjectError(thrown: unknown): ErrorElements {
  if (!(thrown instanceof ObjectError)) return {};
  const elements: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(thrown.detail)) {
    const element = elementNames[name];
    if (element !== undefined) elements[element] = value;
  }
  return elements;
}
