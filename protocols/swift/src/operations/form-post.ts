import { createHmac, timingSafeEqual } from 'node:crypto';
import type { ObjectBody, Share } from '@polynas/core/service';
import type { Reply } from '@polynas/http';
import { badRequest, SwiftError } from '../errors.ts';
import type { Handle } from '../operation.ts';
import type { DoorContext } from '../request/context.ts';
import { contentTypeOf } from '../request/content-type.ts';
import type { FormPart } from '../request/form.ts';
import { boundaryOf, FormReader } from '../request/form.ts';
import type { Granted } from '../request/grant.ts';
import { lent } from '../request/grant.ts';
import { objectMetadata } from '../request/metadata.ts';
import { checkQuota } from '../request/quota.ts';
import type { Request } from '../request/request.ts';
import { keysOf } from '../request/temp-url.ts';
import { toSwiftError } from '../status.ts';
import { checkObjectName } from './put-object.ts';

/** Fields beside files; the form has seven of its own. */
const maximumFields = 64;

/** A browser's form with files, allowed by a signature with a key of temporary URLs (Swift, "Form POST middleware"). */
export const formPost: Handle = async (context, request) => {
  const boundary = boundaryOf(request.headers.get('content-type') ?? '');
  if (boundary === undefined) throw badRequest('FormPost: no boundary');
  const form = new FormReader(request.body.source(), boundary);
  const fields = new Map<string, string>();
  let files = 0;
  // As it was signed: what the form says before or after that leads nobody anywhere.
  let redirect: string | undefined;
  try {
    for (let part = await form.next(); part !== undefined; part = await form.next()) {
      if (part.fileName === undefined) {
        if (fields.size >= maximumFields) throw badRequest('FormPost: too many fields');
        fields.set(part.name.toLowerCase(), await form.text());
        continue;
      }
      // A browser sends an empty part for a file that nobody chose.
      if (part.fileName === '') continue;
      const { granted, maximumCount, maximumSize } = allowed(context, request, fields);
      redirect = fields.get('redirect');
      files += 1;
      if (files > maximumCount) throw badRequest('FormPost: max_file_count exceeded');
      await putFile(context, request, granted, form, part, fields, maximumSize);
    }
    if (files === 0) throw badRequest('FormPost: no files to process');
    return finished(redirect, 201, '');
  } catch (error) {
    const { status, message } = toSwiftError(error);
    if (status >= 500 || redirect === undefined) throw error;
    return finished(redirect, status, message);
  }
};

interface Allowance {
  readonly granted: Granted;
  readonly maximumCount: number;
  readonly maximumSize: number;
}

/** What the fields before the first file allow. Throws `Unauthorized`. */
function allowed(context: DoorContext, request: Request, fields: ReadonlyMap<string, string>): Allowance {
  const field = (name: string): string => fields.get(name) ?? '';
  const refuse = (message: string): SwiftError => new SwiftError('Unauthorized', { message: `FormPost: ${message}` });
  const [expires, count, size] = ['expires', 'max_file_count', 'max_file_size'].map((name) => {
    if (!/^\d{1,15}$/.test(field(name))) throw badRequest(`FormPost: ${name} not an integer`);
    return Number(field(name));
  }) as [number, number, number];
  if (expires * 1000 <= context.clock.now()) throw refuse('Form Expired');
  const { target } = request;
  const share = context.shares.byName('swift', target.account, target.container);
  const text = [target.path, field('redirect'), field('max_file_size'), field('max_file_count'), field('expires')];
  if (!isSigned(context, request, share, text.join('\n'), field('signature'))) throw refuse('Invalid Signature');
  const granted = share && lent(context, request, share, target.container);
  if (granted === undefined) throw refuse('Invalid Signature');
  return { granted, maximumCount: count, maximumSize: Math.min(size, context.limits.payload) };
}

const digests: Readonly<Record<number, string>> = { 40: 'sha1', 64: 'sha256', 128: 'sha512' };

function isSigned(
  context: DoorContext,
  request: Request,
  share: Share | undefined,
  text: string,
  signature: string,
): boolean {
  const digest = digests[signature.length];
  if (digest === undefined || !/^[0-9a-f]+$/.test(signature)) return false;
  const given = Buffer.from(signature, 'hex');
  let good = false;
  // All are looked at, so that the time tells nothing of which.
  for (const key of keysOf(context, request.target.account, share)) {
    if (timingSafeEqual(createHmac(digest, key).update(text).digest(), given)) good = true;
  }
  return good;
}

async function putFile(
  context: DoorContext,
  request: Request,
  { share, caller }: Granted,
  form: FormReader,
  part: FormPart,
  fields: ReadonlyMap<string, string>,
  maximum: number,
): Promise<void> {
  const key = request.target.object + (part.fileName ?? '');
  checkObjectName(key);
  const headers = new Map([['content-type', part.type ?? contentTypeOf(key)]]);
  for (const name of ['x_delete_at', 'x_delete_after']) {
    const value = fields.get(name);
    if (value !== undefined) headers.set(name.replaceAll('_', '-'), value);
  }
  const metadata = objectMetadata(headers, key, context.clock.now());
  await checkQuota(context, share, 0);
  let received = 0;
  const body: ObjectBody = {
    async read() {
      const bytes = await form.read();
      received += bytes?.length ?? 0;
      if (received > maximum) {
        throw new SwiftError('RequestEntityTooLarge', { message: 'FormPost: max_file_size exceeded' });
      }
      return bytes;
    },
  };
  await context.objects.put(caller, share.id, key, body, metadata);
}

/** Back to the page, with what has happened; or, where there is none, as the answer itself. */
function finished(redirect: string | undefined, status: number, message: string): Reply {
  if (redirect === undefined || redirect === '')
    return { status, headers: { 'content-type': 'text/plain' }, body: message };
  if (!/^https?:\/\/[^\s\u0000-\u001f]+$/i.test(redirect)) throw badRequest('FormPost: redirect is no URL');
  const mark = redirect.includes('?') ? '&' : '?';
  const location = `${redirect}${mark}status=${status}&message=${encodeURIComponent(message)}`;
  return { status: 303, headers: { location } };
}
