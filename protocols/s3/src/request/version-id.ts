import { invalidArgument, S3Error } from '../errors.ts';

/**
 * A `versionId` on a bucket that keeps no versions: there is only the version `null`.
 *
 * @returns whether it was named
 */
export function expectNullVersion(versionId: string | undefined, key: string): boolean {
  if (versionId === undefined) return false;
  if (versionId === 'null') return true;
  if (versionId === '') throw invalidArgument('versionId', '', 'Version id cannot be the empty string');
  if (!/^[A-Za-z0-9._-]{32}$/.test(versionId)) {
    throw invalidArgument('versionId', versionId, 'Invalid version id specified');
  }
  throw new S3Error('NoSuchVersion', { elements: { Key: key, VersionId: versionId } });
}
