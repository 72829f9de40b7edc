import type { Query } from '@polynas/http';
import { decodePercent, parseQuery, rawValue } from '@polynas/http';
import { SwiftError } from '../errors.ts';

/** What the path names. */
export type Level = 'service' | 'account' | 'container' | 'object';

export interface Target {
  readonly level: Level;
  /** The decoded path as sent. */
  readonly path: string;
  /** Tenant; empty at service level. */
  readonly account: string;
  /** Empty above container level. */
  readonly container: string;
  /** Empty above object level. */
  readonly object: string;
  readonly query: Query;
}

/** Before the tenant's name in the path (Swift's "reseller prefix"). */
export const accountPrefix = 'AUTH_';

/** @param rawTarget `req.url`: origin form or absolute form */
export function parseTarget(rawTarget: string): Target {
  // RFC 9112 §3.2.2: a server must take the absolute form too.
  const origin = rawTarget.startsWith('/') ? rawTarget : rawTarget.replace(/^https?:\/\/[^/?]*/i, '');
  const mark = origin.indexOf('?');
  const path = decodePercent(mark < 0 ? origin : origin.slice(0, mark)) || '/';
  if (path.includes('\0')) throw new SwiftError('PreconditionFailed', { message: 'Invalid UTF8 or contains NULL' });
  const query = parseQuery(mark < 0 ? '' : origin.slice(mark + 1));
  const service: Target = { level: 'service', path, account: '', container: '', object: '', query };
  if (/^\/v1\/?$/.test(path)) throw new SwiftError('PreconditionFailed', { message: 'Bad URL' });
  if (!path.startsWith('/v1/')) return service;
  const { account, container, object } = splitPath(path.slice('/v1/'.length));
  if (!account.startsWith(accountPrefix) || account.length === accountPrefix.length) return service;
  // `//`: an empty container name names nothing, and must not be taken for the account.
  if (container === '' && path.length > '/v1/'.length + account.length + 1) return service;
  return {
    level: container === '' ? 'account' : object === '' ? 'container' : 'object',
    path,
    account: account.slice(accountPrefix.length),
    container,
    object,
    query,
  };
}

function splitPath(path: string): { readonly account: string; readonly container: string; readonly object: string } {
  const [account = '', container = ''] = path.split('/', 2);
  return { account, container, object: path.slice(account.length + container.length + 2) };
}

/** `container/object` of a header, decoded; 412 for anything else. */
export function parsePlace(header: string, text: string): { readonly container: string; readonly object: string } {
  const path = decodePercent(rawValue(text).replace(/^\//, ''));
  const slash = path.indexOf('/');
  if (slash <= 0 || slash === path.length - 1) {
    throw new SwiftError('PreconditionFailed', {
      message: `${header} header must be of the form <container name>/<object name>`,
    });
  }
  return { container: path.slice(0, slash), object: path.slice(slash + 1) };
}

export function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}
