import type { ObjectConditions, ObjectInfo, ObjectReader, ObjectWants } from '@polynas/core/service';
import { isStorageError } from '@polynas/core/service';
import type { Reply } from '@polynas/http';
import { parseConditions } from '@polynas/http';
import { SwiftError } from '../errors.ts';
import { answerDynamic } from '../large-objects/answer-dynamic.ts';
import { partOf } from '../large-objects/part-number.ts';
import type { ContainerHandle } from '../operation.ts';
import type { Request } from '../request/request.ts';
import { objectContent } from '../reply/content.ts';
import { dynamicManifestOf, isExpired, objectHeaders } from '../reply/object-headers.ts';
import { rangedReply } from '../reply/ranges.ts';
import { wholeSeconds } from '../reply/times.ts';
import { tempUrlHeaders } from '../reply/temp-url-headers.ts';
import { conditionFailure, namesTags, translated } from '../request/conditions.ts';
import type { DoorContext } from '../request/context.ts';
import type { Granted } from '../request/grant.ts';
import { lacksMd5, look } from '../request/look.ts';
import { openingCaller } from '../request/opening.ts';

/** Times that an object may change between its opening and its first byte before the client is asked to come again. */
const maxRenewals = 5;

export const getObject: ContainerHandle = (context, request, granted) => read(context, request, granted, maxRenewals);

async function read(context: DoorContext, request: Request, granted: Granted, renewals: number): Promise<Reply> {
  const { object } = request.target;
  const { share } = granted;
  const { caller, opened } = openingCaller(context, request, granted.caller);
  try {
    const asked = await ownConditions(context, request, { ...granted, caller });
    if (asked === 'dynamic') return await answerDynamic(context, request, granted);
    const open = (wants: ObjectWants): Promise<ObjectReader> =>
      context.objects.get(caller, share.id, object, asked?.conditions, wants).catch((error: unknown) => {
        throw asked === undefined ? error : conditionFailure(error, asked.info);
      });
    let reader = await open({});
    if (lacksMd5(reader.info)) {
      await reader.close();
      reader = await open({ md5: true });
    }
    const { info } = reader;
    const isDynamic = dynamicManifestOf(info) !== undefined;
    if (isDynamic || isExpired(info, context.clock.now())) {
      await reader.close();
      if (!isDynamic) throw new SwiftError('NotFound');
      return await answerDynamic(context, request, granted);
    }
    const part = partOf(request, info);
    // Conditions and range are about the content that is sent: they are looked at anew with it.
    const renew = async (error: unknown): Promise<Reply> => {
      if (!isStorageError(error, 'conditionFailed') && !isStorageError(error, 'stale')) throw error;
      if (renewals === 0) throw new SwiftError('ServiceUnavailable', { cause: error });
      return read(context, request, granted, renewals - 1);
    };
    return await rangedReply(part?.headers ?? request.headers, objectContent(context.payloads, reader), {
      headers: { ...tempUrlHeaders(request, objectHeaders(info)), ...part?.replyHeaders },
      modified: wholeSeconds(info.modified),
      boundary: () => Buffer.from(context.random(16)).toString('hex'),
      renew,
    });
  } finally {
    opened();
  }
}

/** Conditions, and the object that was there when they were read. */
export interface Asked {
  readonly conditions: ObjectConditions;
  readonly info: ObjectInfo;
}

/** The request's conditions in the core's words; `dynamic` for an object that is not where it says what it is. */
export async function ownConditions(
  context: DoorContext,
  request: Request,
  granted: Granted,
): Promise<Asked | undefined | 'dynamic'> {
  const conditions = parseConditions(request.headers);
  if (conditions === undefined) return undefined;
  const info = await look(context, granted, request.target.object);
  if (isExpired(info, context.clock.now())) throw new SwiftError('NotFound');
  if (dynamicManifestOf(info) !== undefined) return 'dynamic';
  return { conditions: namesTags(conditions) ? translated(conditions, info) : conditions, info };
}
