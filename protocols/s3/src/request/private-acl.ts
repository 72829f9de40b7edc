import { S3Error } from '../errors.ts';
import type { Request } from './handle.ts';
import { parseSoleOwner } from '../xml/access-control-policy.ts';

/** Bytes of a policy: S3 allows a hundred grants. */
const documentLimit = 64 * 1024;

/**
 * Access control lists cannot be set; asking for the one that there is, `private`, is no change. Other canned lists and
 * grants in headers were refused before (`refuseHeaders`). Throws `NotImplemented`.
 */
export async function expectPrivateAcl(request: Request, ownerId: string): Promise<void> {
  if (request.body.length === 0) {
    if (request.headers.has('x-amz-acl')) return;
    throw new S3Error('MissingSecurityHeader', { elements: { MissingHeaderName: 'x-amz-acl' } });
  }
  if (parseSoleOwner(await request.body.bytes(documentLimit)) === ownerId) return;
  throw new S3Error('NotImplemented', { message: 'Access control lists cannot be configured.' });
}
