import type { Headers, Query, QueryParameter } from '@polynas/http';
import { S3Error } from '../errors.ts';
import type { Level, Operation, Row, SupportedOperation } from './table.ts';
import { table } from './table.ts';

type Route = Row & { readonly operation: Operation };

/** A row whose operation needs a handler. */
export type SupportedRoute = Row & { readonly operation: SupportedOperation; readonly supported: true | 'fixed' };

const byMethod = new Map<string, readonly Route[]>();
for (const row of table as readonly Route[]) {
  const slot = `${row.method} ${row.level}`;
  byMethod.set(slot, [...(byMethod.get(slot) ?? []), row]);
}

/** Parameters that any request may carry: the SDKs' operation marker and what signing adds. */
const universal = new Set(['x-id']);

/** All names that select some operation. Left over in another one, they ask for what it would not do. */
const subresources = new Set(
  (table as readonly Route[]).flatMap((row) => (row.query ?? []).map((condition) => condition.split('=')[0]!)),
);
// These select nothing alone: they are plain parameters elsewhere.
for (const plain of ['id', 'x-id', 'list-type']) subresources.delete(plain);

/** Finds the row. Throws `MethodNotAllowed`. */
export function route(method: string, level: Level, query: Query, headers: Headers): Route {
  for (const row of byMethod.get(`${method} ${level}`) ?? []) {
    if ((row.query ?? []).every((condition) => queryHolds(query, condition)) && headerHolds(headers, row.header)) {
      return row;
    }
  }
  throw new S3Error('MethodNotAllowed', {
    elements: { Method: method, ResourceType: level.toUpperCase() },
    headers: allowed(level),
  });
}

/**
 * The row's preconditions on what is asked for: supported at all, and no query parameter that would be dropped in
 * silence. Unknown parameters with a value are ignored, as AWS does; a bare one is taken for a subresource that is
 * newer than this table.
 */
export function expectSupported(row: Route, query: Query): asserts row is SupportedRoute {
  if (row.supported === undefined) throw notImplemented(`The operation ${row.operation} is not implemented.`);
  const own = (row.query ?? []).map((condition) => condition.split('=')[0]!);
  for (const parameter of query.parameters) {
    const { name } = parameter;
    if (own.includes(name) || universal.has(name) || (row.parameters ?? []).includes(name)) continue;
    if (isSigning(name)) continue;
    if (asksForMore(parameter)) {
      throw notImplemented(`The query parameter ${name} is not implemented for ${row.operation}.`, name);
    }
  }
}

/** Query parameters of SigV4; the other `x-amz-*` ones stand for headers. */
export function isSigning(name: string): boolean {
  return /^x-amz-(algorithm|credential|date|expires|signedheaders|signature|security-token|content-sha256)$/i.test(
    name,
  );
}

function asksForMore({ name, bare, value }: QueryParameter): boolean {
  // A version that is dropped in silence would write or remove another object than the one named.
  if (name === 'versionId') return value !== '' && value !== 'null';
  return subresources.has(name) || bare;
}

function queryHolds(query: Query, condition: string): boolean {
  const [name, value] = condition.split('=') as [string, string?];
  const found = query.get(name);
  return found !== undefined && (value === undefined || found === value);
}

function headerHolds(headers: Headers, condition: string | undefined): boolean {
  if (condition === undefined) return true;
  const [name, start] = condition.split('=') as [string, string?];
  const found = headers.get(name);
  return found !== undefined && (start === undefined || found.toLowerCase().startsWith(start));
}

function allowed(level: Level): Readonly<Record<string, string>> {
  const methods = ['GET', 'HEAD', 'PUT', 'POST', 'DELETE'].filter((method) => byMethod.has(`${method} ${level}`));
  return { Allow: methods.join(', ') };
}

export function notImplemented(message: string, name?: string): S3Error {
  return new S3Error('NotImplemented', { message, ...(name === undefined ? {} : { elements: { Parameter: name } }) });
}
