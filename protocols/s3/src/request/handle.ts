import type { Principal } from '@polynas/core/service';
import type { S3Reply, S3Request } from '../operation.ts';
import type { OperationContext } from './context.ts';

export type Request = S3Request<Principal>;

/** One operation, before it is given its context. */
export type Handle = (context: OperationContext, request: Request) => Promise<S3Reply>;
