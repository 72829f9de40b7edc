import type { Level } from './target.ts';

/**
 * Every operation of the door: (method, level, path or discriminating query or header) → operation and its preconditions. Handlers
 * check none of these again.
 */
export interface Row {
  readonly operation: string;
  readonly method: string;
  readonly level: Level;
  /** At service level: the path, without a trailing slash; `*` stands for one segment. */
  readonly path?: string;
  /** Query parameters that must all be present; a value after `=` must match. */
  readonly query?: readonly string[];
  /** A header that must be present (lower case); a value after `=` must be its beginning. */
  readonly header?: string;
  /** What content the request has: a text that is read whole, or an object's bytes. Any other is not looked at. */
  readonly body?: 'document' | 'payload';
  /**
   * Who may ask. `anyone`; who shows a `token`; a `member` of the account's tenant. Of a container that has to be there: who may `list` it, `read` or
   * `write` its objects, be it by an access list or a temporary URL, or `manage` it.
   */
  readonly access: 'anyone' | 'token' | 'member' | 'list' | 'read' | 'write' | 'manage';
}

/** More demanding rows stand before less demanding ones of the same method and level: the first match wins. */
export const table = [
  // tempauth (version 1)
  { operation: 'TempAuth', method: 'GET', level: 'service', path: '/auth/v1.0', access: 'anyone' },
  { operation: 'TempAuth', method: 'GET', level: 'service', path: '/auth/v1', access: 'anyone' },
  { operation: 'TempAuth', method: 'GET', level: 'service', path: '/v1.0', access: 'anyone' },

  // Keystone
  { operation: 'ListVersions', method: 'GET', level: 'service', path: '', access: 'anyone' },
  { operation: 'ShowVersion3', method: 'GET', level: 'service', path: '/v3', access: 'anyone' },
  { operation: 'ShowVersion2', method: 'GET', level: 'service', path: '/v2.0', access: 'anyone' },
  {
    operation: 'IssueToken',
    method: 'POST',
    level: 'service',
    path: '/v3/auth/tokens',
    body: 'document',
    access: 'anyone',
  },
  { operation: 'ValidateToken', method: 'GET', level: 'service', path: '/v3/auth/tokens', access: 'token' },
  { operation: 'ValidateToken', method: 'HEAD', level: 'service', path: '/v3/auth/tokens', access: 'token' },
  { operation: 'RevokeToken', method: 'DELETE', level: 'service', path: '/v3/auth/tokens', access: 'token' },
  { operation: 'ShowCatalog', method: 'GET', level: 'service', path: '/v3/auth/catalog', access: 'token' },
  { operation: 'ListProjects', method: 'GET', level: 'service', path: '/v3/auth/projects', access: 'token' },
  { operation: 'ListProjects', method: 'GET', level: 'service', path: '/v3/projects', access: 'token' },
  { operation: 'ListProjects', method: 'GET', level: 'service', path: '/v3/users/*/projects', access: 'token' },
  { operation: 'ShowProject', method: 'GET', level: 'service', path: '/v3/projects/*', access: 'token' },
  {
    operation: 'IssueTokenV2',
    method: 'POST',
    level: 'service',
    path: '/v2.0/tokens',
    body: 'document',
    access: 'anyone',
  },
  { operation: 'ListTenants', method: 'GET', level: 'service', path: '/v2.0/tenants', access: 'token' },

  { operation: 'Info', method: 'GET', level: 'service', path: '/info', access: 'anyone' },
  { operation: 'Info', method: 'HEAD', level: 'service', path: '/info', access: 'anyone' },

  // Account
  {
    operation: 'BulkDelete',
    method: 'POST',
    level: 'account',
    query: ['bulk-delete'],
    body: 'document',
    access: 'member',
  },
  {
    operation: 'BulkDelete',
    method: 'DELETE',
    level: 'account',
    query: ['bulk-delete'],
    body: 'document',
    access: 'member',
  },
  {
    operation: 'ExtractArchive',
    method: 'PUT',
    level: 'account',
    query: ['extract-archive'],
    body: 'payload',
    access: 'member',
  },
  { operation: 'GetAccount', method: 'GET', level: 'account', access: 'member' },
  { operation: 'HeadAccount', method: 'HEAD', level: 'account', access: 'member' },
  { operation: 'PostAccount', method: 'POST', level: 'account', access: 'member' },

  // Container
  { operation: 'GetContainer', method: 'GET', level: 'container', access: 'list' },
  { operation: 'HeadContainer', method: 'HEAD', level: 'container', access: 'list' },
  {
    operation: 'BulkDelete',
    method: 'POST',
    level: 'container',
    query: ['bulk-delete'],
    body: 'document',
    access: 'member',
  },
  {
    operation: 'BulkDelete',
    method: 'DELETE',
    level: 'container',
    query: ['bulk-delete'],
    body: 'document',
    access: 'member',
  },
  {
    operation: 'ExtractArchive',
    method: 'PUT',
    level: 'container',
    query: ['extract-archive'],
    body: 'payload',
    access: 'member',
  },
  { operation: 'PutContainer', method: 'PUT', level: 'container', access: 'member' },
  {
    operation: 'FormPost',
    method: 'POST',
    level: 'container',
    header: 'content-type=multipart/form-data',
    body: 'payload',
    access: 'anyone',
  },
  { operation: 'PostContainer', method: 'POST', level: 'container', access: 'manage' },
  { operation: 'DeleteContainer', method: 'DELETE', level: 'container', access: 'manage' },

  // Object
  {
    operation: 'BulkDelete',
    method: 'POST',
    level: 'object',
    query: ['bulk-delete'],
    body: 'document',
    access: 'member',
  },
  {
    operation: 'BulkDelete',
    method: 'DELETE',
    level: 'object',
    query: ['bulk-delete'],
    body: 'document',
    access: 'member',
  },
  { operation: 'GetManifest', method: 'GET', level: 'object', query: ['multipart-manifest=get'], access: 'read' },
  { operation: 'GetObject', method: 'GET', level: 'object', access: 'read' },
  { operation: 'HeadObject', method: 'HEAD', level: 'object', access: 'read' },
  {
    operation: 'PutManifest',
    method: 'PUT',
    level: 'object',
    query: ['multipart-manifest=put'],
    body: 'document',
    access: 'write',
  },
  {
    operation: 'ExtractArchive',
    method: 'PUT',
    level: 'object',
    query: ['extract-archive'],
    body: 'payload',
    access: 'member',
  },
  { operation: 'PutObjectCopy', method: 'PUT', level: 'object', header: 'x-copy-from', access: 'write' },
  { operation: 'PutObject', method: 'PUT', level: 'object', body: 'payload', access: 'write' },
  {
    operation: 'FormPost',
    method: 'POST',
    level: 'object',
    header: 'content-type=multipart/form-data',
    body: 'payload',
    access: 'anyone',
  },
  { operation: 'PostObject', method: 'POST', level: 'object', access: 'write' },
  {
    operation: 'DeleteLargeObject',
    method: 'DELETE',
    level: 'object',
    query: ['multipart-manifest=delete'],
    access: 'write',
  },
  { operation: 'DeleteObject', method: 'DELETE', level: 'object', access: 'write' },
  { operation: 'CopyObject', method: 'COPY', level: 'object', access: 'read' },

  { operation: 'Options', method: 'OPTIONS', level: 'service', path: '/info', access: 'anyone' },
  { operation: 'Options', method: 'OPTIONS', level: 'account', access: 'anyone' },
  { operation: 'Options', method: 'OPTIONS', level: 'container', access: 'anyone' },
  { operation: 'Options', method: 'OPTIONS', level: 'object', access: 'anyone' },
] as const satisfies readonly Row[];

export type Operation = (typeof table)[number]['operation'];
