import { defaultTokenLimits } from '../auth/tokens.ts';
import { constraints, defaultLimits } from '../limits.ts';
import type { Operation, Row } from './table.ts';
import { table } from './table.ts';

/** What a reader has to know of each operation. */
const notes: Readonly<Record<Operation, string>> = {
  TempAuth: '`X-Auth-User: tenant:user`, `X-Auth-Key`; a user without a tenant is one of `default`.',
  ListVersions: '300 with both versions.',
  ShowVersion3: '',
  ShowVersion2: '',
  IssueToken:
    'Methods `password`, `token`, `application_credential` (an access key and its secret). A project is a tenant; its name is its id. The user’s tenant is the one of the scope, or stands before the name (`tenant:user`), or is the domain, or `default`. With a catalogue.',
  ValidateToken: 'Own tokens; administrators those of their tenant.',
  RevokeToken: '',
  ShowCatalog: '',
  ListProjects: 'The one that the user is in.',
  ShowProject: '',
  IssueTokenV2: '`passwordCredentials` or `token`, with a catalogue.',
  ListTenants: '',
  Info: 'Limits, and which features there are.',
  BulkDelete: 'Objects and empty containers, a container after what stands before it. Text, JSON, XML.',
  ExtractArchive:
    '`tar` and `tar.gz` (not `tar.bz2`): each file becomes an object below what the request names; in an account, containers are made. Metadata in the archive is not read.',
  GetAccount:
    'Containers that the caller may list. Text, JSON, XML; `limit`, `marker`, `end_marker`, `prefix`, `delimiter`, `reverse`.',
  HeadAccount: 'Counts as of containers.',
  PostAccount: 'Metadata, temporary URL keys; 403 for quotas. For administrators of the tenant.',
  GetContainer:
    'Text, JSON, XML; `limit`, `marker`, `end_marker`, `prefix`, `delimiter` of any length, `reverse` (walks the whole range), `path`. `hash` is empty where nobody has hashed the content yet: listing reads none.',
  HeadContainer:
    'Counts are exact where counting takes less than 20 ms, and where nothing has changed since; of larger containers that change they are some time old (a hundred times as long as counting takes), at first what was counted so far. With a listing, up to 5 seconds old.',
  FormPost:
    'Files of a browser’s form, signed with a temporary URL key: `redirect`, `max_file_size`, `max_file_count`, `expires`, `x_delete_at`, `x_delete_after`. What was stored before something went wrong stays.',
  PutContainer: 'Makes a share. 202 where it is there. A name that differs from another share’s in case alone is 409.',
  PostContainer: 'Metadata, access lists, temporary URL keys, quotas, CORS. For the owner and administrators.',
  DeleteContainer: 'Only the owner or an administrator; unfinished uploads of S3 do not count as content.',
  GetManifest: 'Also `format=raw`. Of what is no static large object, the object itself.',
  GetObject: '`Range` (several ranges, too), `If-*`, `If-Range`, `part-number`, temporary URLs.',
  HeadObject: 'As GetObject. The first HEAD of a file that came by another door hashes it.',
  PutManifest:
    'Segments with `etag`, `size_bytes`, `range`, and `data`; large objects within. Their bytes become the object’s own, by reference where the backend clones. No heartbeat.',
  PutObject:
    '`ETag` (422), `If-None-Match`, `If-Match`, `X-Delete-At`, `X-Delete-After`, `X-Object-Manifest`, `X-Detect-Content-Type`; with a length or chunked.',
  PutObjectCopy: '`X-Copy-From`, `X-Copy-From-Account`; as CopyObject.',
  PostObject: 'Replaces the metadata. The time of the last change stays: it is the file’s, and tells of the content.',
  DeleteLargeObject: 'The segments, then the object. Not `async`, nor by temporary URLs.',
  DeleteObject: '`If-Match`, `X-If-Delete-At`.',
  CopyObject:
    '`Destination`, `Destination-Account`, `X-Fresh-Metadata`, `Range`, `part-number`, `multipart-manifest=get`, conditions on the source. By reference where the backend clones.',
  Options: 'Methods; CORS by the container’s metadata.',
};

const sections = [
  ['service', 'Tokens and discovery'],
  ['account', 'Account'],
  ['container', 'Container'],
  ['object', 'Object'],
] as const;

const access: Readonly<Record<Row['access'], string>> = {
  anyone: 'anyone',
  token: 'token',
  member: 'member of the tenant',
  list: 'who may list',
  read: 'who may read',
  write: 'who may write',
  manage: 'owner, administrator',
};

/** `docs/support/swift.md`, made of the routing table. */
export function supportTable(): string {
  const lines = [
    '# Swift operations',
    '',
    '<!-- Made by protocols/swift/tools/write-support-table.mjs from protocols/swift/src/routing/table.ts. Do not edit. -->',
    '',
    'An account is a tenant (`/v1/AUTH_TENANT`), a container is a share, an object is a file. Nobody is let in without a token, but by a container’s access list or a temporary URL.',
  ];
  const rows: readonly (Row & { readonly operation: Operation })[] = table;
  for (const [level, title] of sections) {
    const cells = rows
      .filter((row) => row.level === level)
      .map((row) => [row.operation, request(row), access[row.access], notes[row.operation]]);
    lines.push('', `## ${title}`, '', ...markdownTable([['Operation', 'Request', 'For', 'Notes'], ...cells]));
  }
  return `${[...lines, '', ...across(), '', ...absent(), '', ...bounds()].join('\n')}\n`;
}

function across(): string[] {
  return [
    '## Beside the other doors',
    '',
    '- Metadata is one: `X-Object-Meta-*` is `x-amz-meta-*`, and the content headers are the same. What only Swift has (`X-Delete-At`, manifests) is kept by it and not shown by S3.',
    '- `ETag` is the MD5 of the whole content, since Swift’s clients check what they read against it: also of what S3 uploaded in parts, which is read once for it.',
    '- A static large object is a file with the bytes of its segments; S3 shows it as uploaded in parts. Segments may go without harm, and take no room of their own where the backend clones.',
    '- A dynamic large object is read from its segments as they are. When its manifest is put, their bytes of then become the file that the other doors show; when another door writes into that file, it is a plain object from then on. Who reads it lists and reads the segments with rights of their own; a temporary URL lends those of the manifest’s author (docs/decisions/manifests.md).',
    '- An object whose time has come is gone for Swift at once, and removed for every door within about a minute, also after a restart. Under another name, which another door has given the file or a directory above it, it stays.',
    '- Whoever an access list or a temporary URL lets in acts with the rights of the container’s owner, and what is made so is the owner’s. A user of the tenant whom no list names acts for himself: mode bits decide.',
    '- Quotas hold what comes through Swift.',
    '',
    `Tokens are kept in memory, and end after ${defaultTokenLimits.life / 3_600_000} hours, with a restart, and with any change of their user. A password costs 80 ms of a thread, so clients should keep their tokens, or use an access key.`,
  ];
}

function absent(): string[] {
  return [
    '## Not there',
    '',
    '- 501 for what would be lost in silence: versions (`X-Versions-Location`, `X-History-Location`, `X-Versions-Enabled`), symbolic links, container synchronisation, static web sites (`X-Container-Meta-Web-…`); 400 for account access lists and other storage policies than `default`.',
    '- `X-Account-Sysmeta-*`, service tokens, Keystone beyond tokens and projects.',
    '- Names of headers and request targets beyond ASCII that are not percent-encoded: they are no HTTP.',
  ];
}

/** What the door may hold for its clients, from the limits' defaults. */
function bounds(): string[] {
  const { payload, document, requests, waiting, uploadRate, bodyIdle, passwordChecks, passwordsWaiting } =
    defaultLimits;
  const mebibytes = (bytes: number): string => `${bytes / 1024 ** 2} MiB`;
  return [
    '## Bounds',
    '',
    'Each is a setting of the door; these are the defaults.',
    '',
    `- Objects of ${mebibytes(payload)} in one request, documents of ${mebibytes(document)}, ${constraints.manifestSegments} segments of a static and 10,000 of a dynamic large object, ${constraints.bulkDeletes} names in a bulk deletion, ${constraints.containerListing} entries of a listing.`,
    `- ${requests} requests are worked on at once, ${waiting} more wait; beyond that, 503. ${passwordChecks} passwords are checked at once, ${passwordsWaiting} more wait.`,
    `- ${defaultTokenLimits.all} tokens, ${defaultTokenLimits.each} of one user; the oldest end.`,
    `- An upload that brings no byte in ${bodyIdle / 1000} seconds, or less than ${uploadRate} bytes a second over ${bodyIdle / 1000} seconds of waiting, ends with 408. Memory for bytes on their way is bounded as with [S3](s3.md).`,
  ];
}

function request({ method, level, path, query, header }: Row): string {
  const place = level === 'service' ? ` ${path === '' ? '/' : path}` : '';
  const parameters = query === undefined ? '' : ` ?${query.join('&')}`;
  return `\`${method}${place}${parameters}\`${header === undefined ? '' : ` with \`${header.replace('=', ': ')}\``}`;
}

/** Padded as the formatter wants it. */
function markdownTable(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(3, ...rows.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  return [line(rows[0]!), line(widths.map((width) => '-'.repeat(width))), ...rows.slice(1).map(line)];
}
