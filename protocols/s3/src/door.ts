import type { Principal, Services } from '@polynas/core/service';
import { defaultLimits } from './http/front.ts';
import type { HttpServer } from '@polynas/http';
import type { S3ServerOptions } from './http/server.ts';
import { listenS3 } from './http/server.ts';
import { createS3Operations } from './operations/create-s3-operations.ts';

export interface S3DoorOptions extends Omit<S3ServerOptions<Principal>, 'handlers' | 'credentials' | 'anonymous'> {
  /** Address and port to listen on. */
  readonly host: string;
  readonly port: number;
  /** Milliseconds that an operation may take, the transfer of its body not counted; default `defaultTimeLimit`. */
  readonly timeLimit?: number;
}

/** Milliseconds. Long, because the first HEAD of a large file that came by another door hashes it. */
export const defaultTimeLimit = 600_000;

/** Opens the S3 door over the core's services. Nobody is let in without a signature. */
export function listenS3Door(
  services: Pick<Services, 'objects' | 'shares' | 'accounts'>,
  options: S3DoorOptions,
): Promise<HttpServer> {
  const { host, port, timeLimit, ...server } = options;
  const handlers = createS3Operations(services, {
    region: options.region ?? 'us-east-1',
    anyRegion: options.anyRegion ?? false,
    clock: options.clock,
    timeLimit: timeLimit ?? defaultTimeLimit,
    uploadRate: options.limits?.uploadRate ?? defaultLimits.uploadRate,
  });
  const credentials = async (id: string) => services.accounts.key(id);
  return listenS3({ ...server, handlers, credentials }, { host, port });
}
