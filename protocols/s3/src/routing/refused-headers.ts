import { S3Error } from '../errors.ts';
import type { Headers } from '../http/headers.ts';

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

/** Throws `NotImplemented` for the first header whose promise would not be kept. */
export function refuseHeaders(headers: Headers): void {
  for (const [name, value] of headers) {
    if (!name.startsWith('x-amz-')) continue;
    const rule = rules.find((candidate) => name.startsWith(candidate.prefix));
    if (rule === undefined || rule.harmless?.(value) === true) continue;
    throw new S3Error('NotImplemented', { elements: { Header: name } });
  }
}
