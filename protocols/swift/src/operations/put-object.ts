import type { ObjectInfo } from '@polynas/core/service';
import type { Headers, Reply } from '@polynas/http';
import { parseWriteConditions } from '@polynas/http';
import { badRequest, SwiftError } from '../errors.ts';
import { constraints } from '../limits.ts';
import { authored } from '../large-objects/author.ts';
import { putDynamic } from '../large-objects/put-dynamic.ts';
import type { ContainerHandle } from '../operation.ts';
import { emptyEtag, etagHeader } from '../reply/object-headers.ts';
import { lastModified } from '../reply/times.ts';
import { toObjectBody } from '../request/body.ts';
import { dynamicEtag, dynamicManifest, objectMetadata } from '../request/metadata.ts';
import { checkQuota } from '../request/quota.ts';

export const putObject: ContainerHandle = async (context, request, granted) => {
  const { share, caller } = granted;
  const { headers, body, target } = request;
  checkObjectName(target.object);
  const described = objectMetadata(headers, target.object, context.clock.now());
  const metadata = authored(request, granted, target.object, described);
  if (!body.announced) throw new SwiftError('LengthRequired', { message: 'Missing Content-Length header.' });
  const content = toObjectBody(body, context.limits.payload, expectedMd5(headers));
  const conditions = parseWriteConditions(headers);
  await checkQuota(context, share, body.length ?? 0);
  const isManifest = body.length === 0 && metadata.headers[dynamicManifest] !== undefined;
  const composed = isManifest ? await putDynamic(context, request, granted, metadata, conditions) : undefined;
  if (composed !== undefined) return created({ ...composed, etag: emptyEtag, md5: emptyEtag });
  // Without segments yet it is empty for every door; whatever stands in it later, another door wrote.
  const kept = isManifest ? { ...metadata, headers: { ...metadata.headers, [dynamicEtag]: emptyEtag } } : metadata;
  const info = await context.objects.put(caller, share.id, target.object, content, kept, conditions);
  return created(info);
};

export function created(info: ObjectInfo, more: Readonly<Record<string, string>> = {}): Reply {
  return {
    status: 201,
    headers: {
      'content-type': 'text/html; charset=UTF-8',
      etag: etagHeader(info),
      'last-modified': lastModified(info.modified),
      ...more,
    },
  };
}

export function checkObjectName(name: string): void {
  const length = Buffer.byteLength(name);
  if (length > constraints.objectName) {
    throw badRequest(`Object name length of ${length} longer than ${constraints.objectName}`);
  }
}

/** The `ETag` header of a PUT: hex MD5, with quotes or without. What is none matches nothing. */
export function expectedMd5(headers: Headers): string | undefined {
  const text = headers.get('etag');
  return text === undefined || text === ''
    ? undefined
    : text
        .trim()
        .replace(/^"(.*)"$/, '$1')
        .toLowerCase();
}
