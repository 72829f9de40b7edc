import { defaultLimits } from '../http/front.ts';
import { defaultConnectionLimits } from '@polynas/http';
import type { Operation, Row } from './table.ts';
import { table } from './table.ts';

/** What a reader has to know beyond "supported". */
const notes: Partial<Record<Operation, string>> = {
  ListBuckets: 'Buckets of the own tenant whose top directory may be listed. Paging, `prefix`, `bucket-region`.',
  CreateBucket: 'Makes a share. Not idempotent: 409 `BucketAlreadyOwnedByYou`.',
  DeleteBucket: 'Only the owner or an administrator; unfinished uploads do not count as content.',
  HeadBucket: '200 means that the caller may list it.',
  GetBucketLocation: 'The region of this endpoint.',
  PutObject:
    'Content headers, user metadata (2 KiB), all five checksums in header or trailer, Content-MD5, If-Match, If-None-Match (`*` and entity tags), If-Unmodified-Since. Without a checksum of the client none is stored.',
  GetObject:
    '`Range` (one range), `partNumber`, If-*, If-Range, `response-*`, `x-amz-checksum-mode`; `versionId=null` only.',
  HeadObject: 'As GetObject. The first HEAD of a file that came by another door hashes it.',
  DeleteObject: 'If-Match, `x-amz-if-match-size`, `x-amz-if-match-last-modified-time`; `versionId=null` only.',
  DeleteObjects: 'Content-MD5 or a checksum is required. Conditions per key (`ETag`, `Size`, `LastModifiedTime`).',
  CopyObject: 'By reference where the backend clones. Conditions on source and target; `x-amz-checksum-algorithm`.',
  GetObjectAttributes: 'All five attributes, paging of parts.',
  ListObjects: 'Every parameter; delimiters of any length.',
  ListObjectsV2: 'Every parameter; delimiters of any length.',
  ListObjectVersions: 'Each object is its own version `null`.',
  CreateMultipartUpload: 'Checksum algorithm and type.',
  UploadPart: 'A checksum that the upload asks for and the client leaves out is computed here.',
  UploadPartCopy: 'With `x-amz-copy-source-range` and conditions.',
  ListMultipartUploads: 'Every parameter.',
  ListParts: 'Every parameter.',
  CompleteMultipartUpload:
    'Without copying where the backend clones. FULL_OBJECT and COMPOSITE checksums, If-Match, If-None-Match, `x-amz-mp-object-size`. May be repeated.',
  GetBucketAcl: 'The owner has FULL_CONTROL; who else may do what is the mode bits’ affair.',
  GetObjectAcl: 'The owner has FULL_CONTROL.',
  PutBucketAcl: '`private` is accepted; anything else is NotImplemented.',
  PutObjectAcl: '`private` is accepted; anything else is NotImplemented.',
  GetBucketVersioning: 'Never enabled.',
  GetObjectTagging: 'No tags.',
  PostObject: 'Form uploads of browsers.',
};

const sections = [
  ['service', 'Service'],
  ['bucket', 'Buckets'],
  ['object', 'Objects'],
] as const;

const answers = new Map<Row['supported'], string>([
  [true, 'supported'],
  ['fixed', 'fixed answer'],
  [undefined, 'NotImplemented'],
]);

/** `docs/support/s3.md`, made of the routing table. */
export function supportTable(): string {
  const lines = [
    '# S3 operations',
    '',
    '<!-- Made by protocols/s3/tools/write-support-table.mjs from protocols/s3/src/routing/table.ts. Do not edit. -->',
    '',
    '- **supported**: does what the S3 API Reference says.',
    '- **fixed answer**: it cannot be configured, and the answer is the true one for a bucket or an object that never had it: the empty document, the `NoSuch…` error, 204 for deleting it.',
    '- **NotImplemented**: error 501. So are headers that ask for protection or placement that is not there (`x-amz-server-side-encryption…`, `x-amz-object-lock-…`, `x-amz-tagging`, `x-amz-grant-…`, canned ACLs but `private`, storage classes but `STANDARD`).',
    '',
    '`x-amz-expected-bucket-owner` is compared with the user id of the share’s owner. Signature V4 only; nobody is let in without a signature.',
  ];
  const rows = table as readonly (Row & { readonly operation: Operation })[];
  for (const [level, title] of sections) {
    const cells = rows
      .filter((row) => row.level === level && row.operation !== 'Preflight')
      .sort((a, b) => rank(a) - rank(b) || (a.operation < b.operation ? -1 : 1))
      .map((row) => [row.operation, request(row), answers.get(row.supported) ?? '', notes[row.operation] ?? '']);
    lines.push('', `## ${title}`, '', ...markdownTable([['Operation', 'Request', 'Answer', 'Notes'], ...cells]));
  }
  lines.push('', ...bounds());
  return `${lines.join('\n')}\n`;
}

/** What the door may hold for its clients, from the limits' defaults. */
function bounds(): string[] {
  const { documents, replies, requests, waiting, uploadRate, bodyIdle, stall } = defaultLimits;
  const mebibytes = (bytes: number): string => `${bytes / 1024 ** 2} MiB`;
  return [
    '## Bounds',
    '',
    'Each is a setting; these are the defaults.',
    '',
    `- Memory for bytes on their way: ${mebibytes(replies)} of objects for clients that read, ${mebibytes(documents)} of request and answer documents, and for each of at most ${defaultConnectionLimits.connections} connections 64 KiB of an answer that is not read (small objects are held whole, of larger ones 16 KiB) and about 64 KiB of a request that is not yet wanted. Once the common ${mebibytes(replies)} are used up, objects go in pieces of 16 KiB; documents beyond theirs are answered with \`SlowDown\`.`,
    `- ${requests} requests are worked on at once, ${waiting} more wait; beyond that, \`SlowDown\`. A request that waits for its client, as a slow upload does, takes no place.`,
    `- An upload that brings no byte in ${bodyIdle / 1000} seconds, or less than ${uploadRate} bytes a second over ${bodyIdle / 1000} seconds of waiting, ends with \`RequestTimeout\`; an answer that is not read for ${stall / 1000} seconds is cut off.`,
    '- One connection gets as much of the event loop as any other: 1 MiB is written in a turn, half of it for answers that have just begun; 64 KiB while new connections wait to be let in, since the loop accepts one in a turn.',
  ];
}

function rank(row: Row): number {
  return [true, 'fixed', undefined].indexOf(row.supported);
}

function request(row: Row): string {
  const query = (row.query ?? []).join('&');
  const header = row.header === undefined ? '' : ` with ${row.header.replace('=', ': ')}`;
  return `\`${row.method}${query === '' ? '' : ` ?${query}`}\`${header}`;
}

/** Padded as the formatter wants it. */
function markdownTable(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(3, ...rows.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  return [line(rows[0]!), line(widths.map((width) => '-'.repeat(width))), ...rows.slice(1).map(line)];
}
