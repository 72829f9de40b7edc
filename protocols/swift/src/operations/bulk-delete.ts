import { decodePercent } from '@polynas/http';
import { isObjectError } from '@polynas/core/service';
import { SwiftError } from '../errors.ts';
import { constraints } from '../limits.ts';
import type { Handle } from '../operation.ts';
import type { Request } from '../request/request.ts';
import type { BulkResult } from '../reply/bulk.ts';
import { bulkReply } from '../reply/bulk.ts';
import type { DoorContext } from '../request/context.ts';
import { openContainer } from '../request/grant.ts';
import { encodePath } from '../routing/target.ts';
import { toSwiftError } from '../status.ts';

/** Deletions that are under way at once: enough for the store to commit them together. */
const concurrency = 32;

/** Bytes: ten thousand names of 1,024 bytes, each of them escaped. */
const maximumBytes = constraints.bulkDeletes * 3 * (constraints.objectName + constraints.containerName);

/** `POST` or `DELETE ?bulk-delete`: a name in each line, percent-encoded; `/container/object`, or `/container` of an empty one. */
export const bulkDelete: Handle = async (context, request) => {
  if (!request.body.announced) throw new SwiftError('LengthRequired');
  const text = (await request.body.document(Math.min(maximumBytes, context.limits.document))).toString('utf8');
  const lines = text.split('\n').map((line) => line.trim());
  const names = lines.filter((line) => line !== '');
  const result: BulkResult = { deleted: 0, notFound: 0, errors: [] };
  if (names.length > constraints.bulkDeletes) {
    throw new SwiftError('RequestEntityTooLarge', {
      message: `Maximum Bulk Deletes: ${constraints.bulkDeletes} per request`,
    });
  }
  let running: Promise<void>[] = [];
  for (const line of names) {
    const name = nameOf(line, result);
    if (name === undefined) continue;
    // A container goes after the objects that stand before it, which have to be gone by then.
    const isContainer = !name.includes('/', 1);
    if (isContainer || running.length >= concurrency) {
      await Promise.all(running);
      running = [];
    }
    const deletion = deleteNamed(context, request, name, result);
    if (isContainer) await deletion;
    else running.push(deletion);
  }
  await Promise.all(running);
  return bulkReply(request, result);
};

function nameOf(line: string, result: BulkResult): string | undefined {
  try {
    const name = decodePercent(line);
    return name.startsWith('/') ? name : `/${name}`;
  } catch (error) {
    fail(result, line, error);
    return undefined;
  }
}

/** Deletes `/container/object` or `/container`, and counts what became of it. */
export async function deleteNamed(
  context: DoorContext,
  request: Request,
  name: string,
  result: BulkResult,
): Promise<void> {
  const slash = name.indexOf('/', 1);
  const container = slash < 0 ? name.slice(1) : name.slice(1, slash);
  const object = slash < 0 ? '' : name.slice(slash + 1);
  try {
    const place = { account: request.target.account, container };
    const { share, caller } = openContainer(context, request, place, object === '' ? 'manage' : 'write');
    if (object === '') await context.shares.remove(caller, share.id);
    else if ((await context.objects.delete(caller, share.id, object)) === undefined) throw new SwiftError('NotFound');
    result.deleted += 1;
  } catch (error) {
    if (isObjectError(error, 'noSuchKey') || toSwiftError(error).code === 'NotFound') result.notFound += 1;
    else fail(result, encodePath(name), error);
  }
}

function fail(result: BulkResult, name: string, thrown: unknown): void {
  const { status, title } = toSwiftError(thrown);
  result.errors.push([name, `${status} ${title}`]);
}
