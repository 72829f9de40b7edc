export type { BodyReader } from './body/body-reader.ts';
export type { ByteSource } from './body/source.ts';
export type { ChecksumAlgorithm, DigestAlgorithm } from './checksum/algorithms.ts';
export type { ErrorElements, S3ErrorCode, S3ErrorDetails } from './errors.ts';
export { invalidArgument, S3Error } from './errors.ts';
export type { S3Answer, S3FrontOptions, S3Limits } from './http/front.ts';
export { defaultLimits, S3Front } from './http/front.ts';
export type { S3ConnectionLimits, S3Server, S3ServerOptions } from './http/server.ts';
export { defaultConnectionLimits, listenS3 } from './http/server.ts';
export type { S3DoorOptions } from './door.ts';
export { defaultTimeLimit, listenS3Door } from './door.ts';
export type { S3OperationsOptions } from './operations/create-s3-operations.ts';
export { createS3Operations } from './operations/create-s3-operations.ts';
export type {
  OperationHandler,
  OperationHandlers,
  ReplySource,
  S3Reply,
  S3Request,
  StreamedBody,
} from './operation.ts';
export type { Operation, SupportedOperation } from './routing/table.ts';
export type { Credential } from './signature/authenticate.ts';
export type { Clock } from './clock.ts';
