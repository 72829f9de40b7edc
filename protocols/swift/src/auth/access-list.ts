import type { Principal } from '@polynas/core/service';
import { SwiftError } from '../errors.ts';

/**
 * A container's access list (`X-Container-Read`, `X-Container-Write`): users as `tenant:user`, `tenant` or `tenant:*`, `*:user`, `*:*`, and for
 * reading also `.r:*`, `.r:host`, `.r:-host` (referrers) and `.rlistings`.
 */
export interface AccessList {
  readonly users: readonly string[];
  /** Hosts, `*`, or suffixes that begin with a dot; after a `-` those that are shut out. The last one that fits decides. */
  readonly referrers: readonly string[];
  readonly listings: boolean;
}

const empty: AccessList = { users: [], referrers: [], listings: false };

export function parseAccessList(text: string | undefined): AccessList {
  if (text === undefined || text === '') return empty;
  const users: string[] = [];
  const referrers: string[] = [];
  let listings = false;
  for (const item of text.split(',')) {
    if (item === '.rlistings') listings = true;
    else if (item.startsWith('.r:')) referrers.push(item.slice(3));
    else users.push(item);
  }
  return { users, referrers, listings };
}

const referrerWords = new Set(['.r', '.ref', '.referer', '.referrer']);

/** The list as it is kept. 400 for what would mean nothing, since a mistake in it opens or closes doors. */
export function cleanAccessList(header: 'X-Container-Read' | 'X-Container-Write', text: string): string {
  const items: string[] = [];
  for (const raw of text.split(',')) {
    const item = raw.trim();
    if (item === '') continue;
    items.push(item.startsWith('.') ? cleanWord(header, item) : item);
  }
  return items.join(',');
}

function cleanWord(header: string, item: string): string {
  const refuse = (why: string): never => {
    throw new SwiftError('BadRequest', { message: `${header} : ${why} in ACL: ${JSON.stringify(item)}` });
  };
  if (item === '.rlistings') return header === 'X-Container-Write' ? refuse('Listings cannot be written') : item;
  const colon = item.indexOf(':');
  const word = (colon < 0 ? item : item.slice(0, colon)).trim();
  if (colon < 0 || !referrerWords.has(word)) return refuse('Unknown designator');
  if (header === 'X-Container-Write') return refuse('Referrers not allowed');
  let host = item.slice(colon + 1).trim();
  const shut = host.startsWith('-');
  if (shut) host = host.slice(1).trim();
  if (host.startsWith('*') && host !== '*') host = host.slice(1).trim();
  if (host === '' || host === '.') return refuse('No host/domain value after referrer designation');
  return `.r:${shut ? '-' : ''}${host}`;
}

export function listsUser({ users }: AccessList, { tenant, name }: Pick<Principal, 'tenant' | 'name'>): boolean {
  const names = [`${tenant}:${name}`, tenant, `${tenant}:*`, `*:${name}`, '*:*'];
  return users.some((user) => names.includes(user));
}

/** @param referrer the `Referer` header */
export function listsReferrer({ referrers }: AccessList, referrer: string | undefined): boolean {
  let allowed = false;
  const host = hostOf(referrer);
  for (const item of referrers) {
    const shut = item.startsWith('-');
    const wanted = shut ? item.slice(1) : item;
    if (wanted === '*' || wanted === host || (wanted.startsWith('.') && host.endsWith(wanted))) allowed = !shut;
  }
  return allowed;
}

function hostOf(referrer: string | undefined): string {
  return /^[a-z][a-z0-9+.-]*:\/\/(?:[^/@]*@)?([^/:?#]+)/i.exec(referrer ?? '')?.[1] ?? 'unknown';
}
