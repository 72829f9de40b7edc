import { createHmac, timingSafeEqual } from 'node:crypto';
import { BlockList, isIP } from 'node:net';
import type { Share } from '@polynas/core/service';
import { badRequest } from '../errors.ts';
import type { Request } from './request.ts';
import { accountPrefix } from '../routing/target.ts';
import type { DoorContext } from './context.ts';
import { unauthorized } from './identity.ts';

/** Labels of accounts and containers that are keys of temporary URLs (`X-Account-Meta-Temp-URL-Key` …). */
export const keyLabels = ['temp-url-key', 'temp-url-key-2'] as const;

export function isTempUrl({ target: { query } }: Pick<Request, 'target'>): boolean {
  return query.has('temp_url_sig') || query.has('temp_url_expires');
}

const methods: Readonly<Record<string, readonly string[]>> = {
  GET: ['GET'],
  // Who may read or write may look (Swift, "tempurl": HEAD).
  HEAD: ['HEAD', 'GET', 'PUT', 'POST'],
  PUT: ['PUT'],
  POST: ['POST'],
  DELETE: ['DELETE'],
};

const digests: Readonly<Record<number, string>> = { 40: 'sha1', 64: 'sha256', 128: 'sha512' };

/**
 * Whether the request's temporary URL is good, by a key of the account or, where one is given, of the container. Throws `Unauthorized` for one that is not: nobody comes with one by accident.
 */
export function holdsTempUrl(context: DoorContext, request: Request, share?: Share): boolean {
  if (!isTempUrl(request)) return false;
  const { target, method } = request;
  const refuse = unauthorized(`${accountPrefix}${target.account}`);
  const signature = parseSignature(target.query.get('temp_url_sig') ?? '');
  const expires = parseExpires(target.query.get('temp_url_expires') ?? '');
  if (signature === undefined || expires === undefined || expires * 1000 < context.clock.now()) throw refuse;
  const range = target.query.get('temp_url_ip_range');
  if (range !== undefined && !inRange(range, request.clientAddress)) throw refuse;
  const path = signedPath(request);
  if (path === undefined) throw refuse;
  const keys = keysOf(context, target.account, share);
  const texts = (methods[method] ?? []).map(
    (each) => `${range === undefined ? '' : `ip=${range}\n`}${each}\n${expires}\n${path}`,
  );
  let good = false;
  for (const key of keys) {
    for (const text of texts) {
      const computed = createHmac(signature.digest, key).update(text).digest();
      // All are looked at, so that the time tells nothing of which.
      if (computed.length === signature.bytes.length && timingSafeEqual(computed, signature.bytes)) good = true;
    }
  }
  if (!good) throw refuse;
  if ((method === 'PUT' || method === 'POST') && request.headers.has('x-object-manifest')) {
    throw badRequest("The header 'x-object-manifest' is not allowed in this tempurl");
  }
  return true;
}

/** The keys of an account, and of a container in it. */
export function keysOf(context: DoorContext, account: string, share: Share | undefined): readonly string[] {
  const labels = [context.labels.ofTenant(account)];
  if (share !== undefined) labels.push(context.labels.ofShare(share.id));
  return labels.flatMap(({ headers }) => keyLabels.flatMap((label) => headers[label] ?? []));
}

/** Hex, or `sha256:` and base64. */
function parseSignature(text: string): { readonly digest: string; readonly bytes: Buffer } | undefined {
  const named = /^(sha1|sha256|sha512):([A-Za-z0-9+/_-]+={0,2})$/.exec(text);
  if (named !== null) return { digest: named[1]!, bytes: Buffer.from(named[2]!, 'base64') };
  const digest = digests[text.length];
  return digest === undefined || !/^[0-9a-f]+$/.test(text) ? undefined : { digest, bytes: Buffer.from(text, 'hex') };
}

/** Seconds since 1970, or ISO 8601 in UTC. */
function parseExpires(text: string): number | undefined {
  if (/^\d{1,12}$/.test(text)) return Number(text);
  if (!/^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ?)?$/.test(text)) return undefined;
  const time = Date.parse(text.includes('T') && !text.endsWith('Z') ? `${text}Z` : text);
  return Number.isNaN(time) ? undefined : time / 1000;
}

/** The path that was signed: that of the object, or of all objects with a prefix. */
function signedPath({ target }: Request): string | undefined {
  const container = `/v1/${accountPrefix}${target.account}/${target.container}/`;
  const prefix = target.query.get('temp_url_prefix');
  if (prefix === undefined) return container + target.object;
  return target.object.startsWith(prefix) ? `prefix:${container}${prefix}` : undefined;
}

/** An address, or a CIDR prefix. */
function inRange(range: string, client: string): boolean {
  const [address = '', bits] = range.split('/', 2);
  const version = isIP(address);
  const plain = client.replace(/^::ffff:(?=\d+\.)/, '');
  if (version === 0 || isIP(plain) !== version) return false;
  const family = version === 4 ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  if (bits === undefined) list.addAddress(address, family);
  else if (!/^\d{1,3}$/.test(bits) || Number(bits) > (version === 4 ? 32 : 128)) return false;
  else list.addSubnet(address, Number(bits), family);
  return list.check(plain, family);
}
