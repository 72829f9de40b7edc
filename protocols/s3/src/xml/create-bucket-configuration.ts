import { S3Error } from '../errors.ts';
import { malformed, optionalText, parseXml } from './parse.ts';

export interface CreateBucketConfiguration {
  /** The region asked for; `undefined` when the client leaves it open. */
  readonly locationConstraint?: string;
}

/**
 * `CreateBucketConfiguration` request document; an empty body means all defaults. Directory buckets (`Bucket`,
 * `Location`) and tags at creation are refused with `NotImplemented` and not dropped.
 */
export function parseCreateBucketConfiguration(bytes: Uint8Array): CreateBucketConfiguration {
  if (bytes.length === 0) return {};
  const root = parseXml(bytes);
  if (root.name !== 'CreateBucketConfiguration' || root.text.trim() !== '') throw malformed('root element');
  for (const child of root.children) {
    if (child.name === 'Bucket' || child.name === 'Location' || child.name === 'Tags') {
      throw new S3Error('NotImplemented', {
        message: `<${child.name}> in CreateBucketConfiguration is not implemented`,
      });
    }
    if (child.name !== 'LocationConstraint') throw malformed(`<${child.name}>`);
  }
  const locationConstraint = optionalText(root, 'LocationConstraint')?.trim();
  return locationConstraint === undefined || locationConstraint === '' ? {} : { locationConstraint };
}
