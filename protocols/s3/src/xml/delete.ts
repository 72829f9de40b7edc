import { expectOnly, malformed, optionalText, parseXml, requiredText } from './parse.ts';

export interface ObjectToDelete {
  readonly key: string;
  readonly versionId?: string;
  /** Condition: as sent, quotes kept, `*` possible. */
  readonly etag?: string;
  /** Condition: as sent (HTTP date or ISO 8601). */
  readonly lastModified?: string;
  /** Condition: bytes. */
  readonly size?: number;
}

export interface DeleteRequest {
  /** Only failures are reported. */
  readonly quiet: boolean;
  /** 1 … 1,000, in the order sent. */
  readonly objects: readonly ObjectToDelete[];
}

/** `Delete` request document of DeleteObjects. Throws `MalformedXML`. */
export function parseDelete(bytes: Uint8Array): DeleteRequest {
  const root = parseXml(bytes);
  if (root.name !== 'Delete') throw malformed('root element');
  expectOnly(root, ['Object', 'Quiet']);
  const quiet = optionalText(root, 'Quiet')?.trim().toLowerCase() ?? 'false';
  if (quiet !== 'true' && quiet !== 'false') throw malformed('Quiet');
  const objects = root.children
    .filter((child) => child.name === 'Object')
    .map((object): ObjectToDelete => {
      expectOnly(object, ['Key', 'VersionId', 'ETag', 'LastModifiedTime', 'Size']);
      // White space is part of a key.
      const key = requiredText(object, 'Key');
      if (key === '') throw malformed('an empty key');
      const versionId = optionalText(object, 'VersionId');
      const etag = optionalText(object, 'ETag');
      const lastModified = optionalText(object, 'LastModifiedTime');
      const size = optionalText(object, 'Size')?.trim();
      if (size !== undefined && !/^[0-9]{1,15}$/.test(size)) throw malformed('Size');
      return {
        key,
        ...(versionId === undefined || versionId === '' ? {} : { versionId }),
        ...(etag === undefined ? {} : { etag }),
        ...(lastModified === undefined ? {} : { lastModified }),
        ...(size === undefined ? {} : { size: Number(size) }),
      };
    });
  if (objects.length === 0 || objects.length > 1000) throw malformed('number of objects');
  return { quiet: quiet === 'true', objects };
}
