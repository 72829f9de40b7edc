import { invalidArgument, S3Error } from '../errors.ts';
import type { Headers } from '@polynas/http';

/**
 * Headers that ask for protection, placement or accounting that is not there. Accepting and dropping them would be a
 * lie to the client, so each answers NotImplemented unless its value asks for what happens anyway.
 */
const rules: readonly { readonly prefix: string; readonly harmless?: (value: string) => boolean }[] = [
  { prefix: 'x-amz-server-side-encryption' },
  { prefix: 'x-amz-copy-source-server-side-encryption' },
  { prefix: 'x-amz-object-lock-' },
  { prefix: 'x-amz-bucket-object-lock-enabled', harmless: (value) => value.toLowerCase() === 'false' },
  { prefix: 'x-amz-tagging-directive', harmless: () => true },
  { prefix: 'x-amz-tagging', harmless: (value) => value === '' },
  { prefix: 'x-amz-acl', harmless: (value) => value === 'private' },
  { prefix: 'x-amz-grant-' },
  { prefix: 'x-amz-website-redirect-location' },
  { prefix: 'x-amz-storage-class', harmless: (value) => value === 'STANDARD' },
  { prefix: 'x-amz-object-ownership', harmless: (value) => value === 'BucketOwnerEnforced' },
  { prefix: 'x-amz-mfa' },
  { prefix: 'x-amz-write-offset-bytes' },
  { prefix: 'x-amz-bucket-namespace', harmless: (value) => value === 'global' },
  { prefix: 'x-amz-create-session-mode' },
];

/** The canned access control lists of the S3 User Guide; what is none of them is a mistake and not a lack of ours. */
const cannedAcls = new Set([
  'private',
  'public-read',
  'public-read-write',
  'aws-exec-read',
  'authenticated-read',
  'bucket-owner-read',
  'bucket-owner-full-control',
  'log-delivery-write',
]);

/** Throws `NotImplemented` for the first header whose promise would not be kept. */
export function refuseHeaders(headers: Headers): void {
  for (const [name, value] of headers) {
    if (!name.startsWith('x-amz-')) continue;
    const rule = rules.find((candidate) => name.startsWith(candidate.prefix));
    if (name === 'x-amz-acl' && !cannedAcls.has(value)) throw invalidArgument(name, value);
    if (rule === undefined || rule.harmless?.(value) === true) continue;
    throw new S3Error('NotImplemented', { elements: { Header: name } });
  }
}
