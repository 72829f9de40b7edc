import { SwiftError } from '../errors.ts';
import { decodeManifest } from '../large-objects/manifest.ts';
import type { ContainerHandle } from '../operation.ts';
import type { Request } from '../request/request.ts';
import type { BulkResult } from '../reply/bulk.ts';
import { bulkReply } from '../reply/bulk.ts';
import type { DoorContext } from '../request/context.ts';
import { openContainer } from '../request/grant.ts';
import { toSwiftError } from '../status.ts';
import { deleteNamed } from './bulk-delete.ts';

/** Large objects within large objects. */
const maximumDepth = 10;
/** Names of segments and large objects that one request deletes (Swift: MAX_BUFFERED_SLO_SEGMENTS). */
const maximumNames = 10_000;

/** `DELETE ?multipart-manifest=delete`: the segments of a static large object, then the object. */
export const deleteLargeObject: ContainerHandle = async (context, request, granted) => {
  const { container, object, query } = request.target;
  if (query.has('async')) throw new SwiftError('NotImplemented', { message: 'async is not supported' });
  // What is not there is told as such, and not in a document.
  const { caller, share } = granted;
  await context.objects.head(caller, share.id, object);
  const names: Names = { all: new Set(), nested: new Set() };
  await collect(context, request, `/${container}/${object}`, names, 0);
  const result: BulkResult = { deleted: 0, notFound: 0, errors: [] };
  for (const name of names.all) await deleteNamed(context, request, name, result);
  return bulkReply(request, result);
};

interface Names {
  /** In the order in which they go. */
  readonly all: Set<string>;
  /** Large objects whose segments are among them: one may be named a thousand times by each of a thousand others. */
  readonly nested: Set<string>;
}

/** Inner ones before outer ones, so that what fails half-way can be done again. */
async function collect(
  context: DoorContext,
  request: Request,
  name: string,
  names: Names,
  depth: number,
): Promise<void> {
  if (names.nested.has(name)) return;
  names.nested.add(name);
  if (depth > maximumDepth) throw new SwiftError('Conflict', { message: 'Large objects are nested too deep.' });
  const bytes = await manifestOf(context, request, name);
  for (const segment of bytes === undefined ? [] : decodeManifest(bytes)) {
    if ('data' in segment) continue;
    if (segment.nested) await collect(context, request, segment.name, names, depth + 1);
    else names.all.add(segment.name);
    if (names.all.size > maximumNames) {
      throw new SwiftError('BadRequest', { message: `More than ${maximumNames} segments to delete` });
    }
  }
  names.all.add(name);
}

async function manifestOf(context: DoorContext, request: Request, name: string): Promise<Uint8Array | undefined> {
  const slash = name.indexOf('/', 1);
  const place = { account: request.target.account, container: name.slice(1, slash) };
  try {
    const { share, caller } = openContainer(context, request, place, 'read');
    return await context.objects.manifest(caller, share.id, name.slice(slash + 1));
  } catch (error) {
    // Its deletion will tell.
    if (toSwiftError(error).status < 500) return undefined;
    throw error;
  }
}
