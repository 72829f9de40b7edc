import { Readable, pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { ByteSource } from '@polynas/http';
import { badRequest, SwiftError } from '../errors.ts';
import { constraints } from '../limits.ts';
import type { Handle } from '../operation.ts';
import { bulkDocument } from '../reply/bulk.ts';
import type { DoorContext } from '../request/context.ts';
import type { Granted } from '../request/grant.ts';
import { openContainer } from '../request/grant.ts';
import { objectMetadata } from '../request/metadata.ts';
import { checkQuota } from '../request/quota.ts';
import type { Request } from '../request/request.ts';
import type { TarEntry } from '../request/tar.ts';
import { TarReader } from '../request/tar.ts';
import { encodePath } from '../routing/target.ts';
import { toSwiftError } from '../status.ts';
import { makeContainer } from './put-container.ts';
import { checkObjectName } from './put-object.ts';

/** Entries that may fail before the rest is not looked at. */
const maximumErrors = 1000;

interface Extraction {
  created: number;
  readonly errors: [name: string, status: string][];
  /** What ended it before its end. */
  body: string;
}

/** `PUT ?extract-archive=tar` or `tar.gz`: each file of an archive becomes an object (Swift, "Bulk Upload"). */
export const extractArchive: Handle = async (context, request) => {
  const { body } = request;
  if (!body.announced) throw new SwiftError('LengthRequired');
  if ((body.length ?? 0) > context.limits.payload) throw new SwiftError('RequestEntityTooLarge');
  const reader = new TarReader(unpacked(request.target.query.get('extract-archive') ?? '', body.source()));
  const result: Extraction = { created: 0, errors: [], body: '' };
  try {
    for (let entry = await reader.next(); entry !== undefined; entry = await reader.next()) {
      if (!entry.isFile) continue;
      if (result.created + result.errors.length >= constraints.archiveFiles) {
        throw badRequest(`More than ${constraints.archiveFiles} files`);
      }
      await extract(context, request, reader, entry, result);
      if (result.errors.length >= maximumErrors) throw badRequest(`More than ${maximumErrors} files have failed`);
    }
  } catch (error) {
    // What was stored before stays, and the client is told of it.
    const known = toSwiftError(isZlibError(error) ? badRequest('Invalid Tar File: not compressed as told') : error);
    if (known.status >= 500) throw error;
    result.body = known.message;
  }
  if (result.created === 0 && result.errors.length === 0 && result.body === '') {
    result.body = 'Invalid Tar File: No Valid Files';
  }
  const { created, errors, body: reason } = result;
  return bulkDocument(
    request,
    'extract',
    { 'Number Files Created': created },
    {
      status: errors.length > 0 || reason !== '' ? '400 Bad Request' : '201 Created',
      body: reason,
      errors,
    },
  );
};

function unpacked(format: string, source: ByteSource): ByteSource {
  if (format === 'tar') return source;
  if (format === 'tar.gz') {
    const gunzip = createGunzip();
    // Whoever reads the end of it is told of its failure.
    pipeline(Readable.from(source), gunzip, () => undefined);
    return gunzip;
  }
  throw badRequest('Unsupported archive format');
}

function isZlibError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
}

async function extract(
  context: DoorContext,
  request: Request,
  reader: TarReader,
  entry: TarEntry,
  result: Extraction,
): Promise<void> {
  const { account, container, object } = request.target;
  const name = entry.name.replace(/^(\.?\/)+/, '');
  const path = [container, object.replace(/\/$/, ''), name].filter((piece) => piece !== '').join('/');
  const slash = path.indexOf('/');
  try {
    if (slash <= 0 || slash === path.length - 1 || path.includes('\0')) throw badRequest('no object');
    if (entry.size > context.limits.payload) throw new SwiftError('RequestEntityTooLarge');
    const key = path.slice(slash + 1);
    checkObjectName(key);
    const { share, caller } = await containerFor(context, request, account, path.slice(0, slash));
    await checkQuota(context, share, entry.size);
    const metadata = objectMetadata(new Map(), key, context.clock.now());
    await context.objects.put(caller, share.id, key, { length: entry.size, read: () => reader.read() }, metadata);
    result.created += 1;
  } catch (error) {
    const { status, title } = toSwiftError(error);
    // An archive that ends in the middle, and faults of ours, are no fault of the entry.
    if (status >= 499) throw error;
    result.errors.push([encodePath(path), `${status} ${title}`]);
  }
}

/** In an account, a container that is not there is made. */
async function containerFor(
  context: DoorContext,
  request: Request,
  account: string,
  container: string,
): Promise<Granted> {
  const isThere = context.shares.byName('swift', account, container) !== undefined;
  if (!isThere && request.target.level === 'account') await makeContainer(context, request, account, container);
  return openContainer(context, request, { account, container }, 'write');
}
