import type { ConnectionLimits, HttpFault, HttpServer } from '@polynas/http';
import { defaultConnectionLimits, listenHttp } from '@polynas/http';
import { toS3Error } from '../status.ts';
import { errorDocument } from '../xml/error-document.ts';
import type { S3FrontOptions } from './front.ts';
import { S3Front } from './front.ts';
import { RequestIdSource } from './request-ids.ts';

export interface S3ServerOptions<P> extends S3FrontOptions<P> {
  /** The default of `headerBytes` has room for a key of 1,024 bytes in a presigned URL. */
  readonly connections?: Partial<ConnectionLimits>;
}

/** Starts the door. Rejects when the address cannot be bound. */
export async function listenS3<P>(
  options: S3ServerOptions<P>,
  listen: { readonly host: string; readonly port: number },
): Promise<HttpServer> {
  const ids = new RequestIdSource(options.random);
  return listenHttp(
    {
      front: new S3Front(options),
      limits: { ...defaultConnectionLimits, ...options.connections },
      clock: options.clock,
      refuse: (fault) => refusal(fault, ids),
    },
    listen,
  );
}

/** The answer to what was no request. */
function refusal(fault: HttpFault, ids: RequestIdSource) {
  const error = toS3Error(fault);
  const { requestId, hostId } = ids.next();
  return {
    status: error.status,
    headers: { 'x-amz-request-id': requestId, 'x-amz-id-2': hostId, 'Content-Type': 'application/xml' },
    body: errorDocument(error, '', requestId, hostId),
  };
}
