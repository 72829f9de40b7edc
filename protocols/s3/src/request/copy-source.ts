import { invalidArgument } from '../errors.ts';
import { decodePercent } from '@polynas/http';
import { expectNullVersion } from './version-id.ts';

export interface CopySource {
  /** Possibly `tenant:bucket`. */
  readonly bucket: string;
  readonly key: string;
}

/**
 * `x-amz-copy-source`: `bucket/key`, percent-encoded, with or without a leading slash and a `?versionId=`. A question mark
 * of the key itself must come encoded.
 */
export function parseCopySource(header: string): CopySource {
  const mark = header.lastIndexOf('?versionId=');
  const path = decodePercent((mark < 0 ? header : header.slice(0, mark)).replace(/^\//, ''));
  const slash = path.indexOf('/');
  const key = slash < 0 ? '' : path.slice(slash + 1);
  if (slash <= 0 || key === '') {
    throw invalidArgument(
      'x-amz-copy-source',
      header,
      'Copy Source must mention the source bucket and key: sourcebucket/sourcekey',
    );
  }
  if (mark >= 0) expectNullVersion(decodePercent(header.slice(mark + '?versionId='.length)), key);
  return { bucket: path.slice(0, slash), key };
}
