/**
 * Every operation of the S3 API Reference, supported or not: (method, level, subresource, discriminating header) →
 * operation and its preconditions. Handlers check none of these again.
 */

/** What the request target names. */
export type Level = 'service' | 'bucket' | 'object';

export interface Row {
  readonly operation: string;
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE' | 'OPTIONS';
  readonly level: Level;
  /** Query parameters that must all be present; a value after `=` must match. */
  readonly query?: readonly string[];
  /** A header that must be present (lower case); a value after `=` must be its beginning. */
  readonly header?: string;
  /**
   * Absent: the operation answers NotImplemented. `fixed`: what it asks about cannot be configured, and the answer is the
   * true one for a bucket or an object that never had it.
   */
  readonly supported?: true | 'fixed';
  /** What content the request has; `none` when absent. See `BodyRule`. */
  readonly body?: 'document' | 'payload';
  /** `x-amz-checksum-*` headers do not speak of this request's body. */
  readonly checksumsOfObject?: true;
  /** Further query parameters that the operation understands. */
  readonly parameters?: readonly string[];
  /** Authentication does not come in header or query, so the answer is given before it is looked for. */
  readonly signedOtherwise?: true;
}

const responseOverrides = [
  'response-cache-control',
  'response-content-disposition',
  'response-content-encoding',
  'response-content-language',
  'response-content-type',
  'response-expires',
] as const;

const listing = ['prefix', 'delimiter', 'encoding-type', 'max-keys'] as const;

/** More demanding rows stand before less demanding ones of the same method and level: the first match wins. */
export const table = [
  // Service
  { operation: 'ListDirectoryBuckets', method: 'GET', level: 'service', query: ['x-id=ListDirectoryBuckets'] },
  {
    operation: 'ListBuckets',
    method: 'GET',
    level: 'service',
    supported: true,
    parameters: ['bucket-region', 'continuation-token', 'max-buckets', 'prefix'],
  },
  { operation: 'WriteGetObjectResponse', method: 'POST', level: 'service', query: ['x-id=WriteGetObjectResponse'] },

  // Bucket: subresources that are served
  { operation: 'GetBucketLocation', method: 'GET', level: 'bucket', query: ['location'], supported: true },
  {
    operation: 'ListMultipartUploads',
    method: 'GET',
    level: 'bucket',
    query: ['uploads'],
    supported: true,
    parameters: ['delimiter', 'encoding-type', 'key-marker', 'max-uploads', 'prefix', 'upload-id-marker'],
  },
  {
    operation: 'ListObjectVersions',
    method: 'GET',
    level: 'bucket',
    query: ['versions'],
    supported: true,
    parameters: [...listing, 'key-marker', 'version-id-marker'],
  },
  {
    operation: 'DeleteObjects',
    method: 'POST',
    level: 'bucket',
    query: ['delete'],
    supported: true,
    body: 'document',
  },

  // Bucket: subresources that are not
  { operation: 'GetBucketAbac', method: 'GET', level: 'bucket', query: ['abac'] },
  { operation: 'PutBucketAbac', method: 'PUT', level: 'bucket', query: ['abac'] },
  {
    operation: 'GetBucketAccelerateConfiguration',
    method: 'GET',
    level: 'bucket',
    query: ['accelerate'],
    supported: 'fixed',
  },
  { operation: 'PutBucketAccelerateConfiguration', method: 'PUT', level: 'bucket', query: ['accelerate'] },
  { operation: 'GetBucketAcl', method: 'GET', level: 'bucket', query: ['acl'], supported: 'fixed' },
  { operation: 'PutBucketAcl', method: 'PUT', level: 'bucket', query: ['acl'], supported: 'fixed', body: 'document' },
  { operation: 'GetBucketAnalyticsConfiguration', method: 'GET', level: 'bucket', query: ['analytics', 'id'] },
  { operation: 'ListBucketAnalyticsConfigurations', method: 'GET', level: 'bucket', query: ['analytics'] },
  { operation: 'PutBucketAnalyticsConfiguration', method: 'PUT', level: 'bucket', query: ['analytics'] },
  { operation: 'DeleteBucketAnalyticsConfiguration', method: 'DELETE', level: 'bucket', query: ['analytics'] },
  { operation: 'GetBucketCors', method: 'GET', level: 'bucket', query: ['cors'], supported: 'fixed' },
  { operation: 'PutBucketCors', method: 'PUT', level: 'bucket', query: ['cors'] },
  { operation: 'DeleteBucketCors', method: 'DELETE', level: 'bucket', query: ['cors'], supported: 'fixed' },
  { operation: 'GetBucketEncryption', method: 'GET', level: 'bucket', query: ['encryption'], supported: 'fixed' },
  { operation: 'PutBucketEncryption', method: 'PUT', level: 'bucket', query: ['encryption'] },
  { operation: 'DeleteBucketEncryption', method: 'DELETE', level: 'bucket', query: ['encryption'], supported: 'fixed' },
  {
    operation: 'GetBucketIntelligentTieringConfiguration',
    method: 'GET',
    level: 'bucket',
    query: ['intelligent-tiering', 'id'],
  },
  {
    operation: 'ListBucketIntelligentTieringConfigurations',
    method: 'GET',
    level: 'bucket',
    query: ['intelligent-tiering'],
  },
  {
    operation: 'PutBucketIntelligentTieringConfiguration',
    method: 'PUT',
    level: 'bucket',
    query: ['intelligent-tiering'],
  },
  {
    operation: 'DeleteBucketIntelligentTieringConfiguration',
    method: 'DELETE',
    level: 'bucket',
    query: ['intelligent-tiering'],
  },
  { operation: 'GetBucketInventoryConfiguration', method: 'GET', level: 'bucket', query: ['inventory', 'id'] },
  { operation: 'ListBucketInventoryConfigurations', method: 'GET', level: 'bucket', query: ['inventory'] },
  { operation: 'PutBucketInventoryConfiguration', method: 'PUT', level: 'bucket', query: ['inventory'] },
  { operation: 'DeleteBucketInventoryConfiguration', method: 'DELETE', level: 'bucket', query: ['inventory'] },
  {
    operation: 'GetBucketLifecycleConfiguration',
    method: 'GET',
    level: 'bucket',
    query: ['lifecycle'],
    supported: 'fixed',
  },
  { operation: 'PutBucketLifecycleConfiguration', method: 'PUT', level: 'bucket', query: ['lifecycle'] },
  { operation: 'DeleteBucketLifecycle', method: 'DELETE', level: 'bucket', query: ['lifecycle'], supported: 'fixed' },
  { operation: 'GetBucketLogging', method: 'GET', level: 'bucket', query: ['logging'], supported: 'fixed' },
  { operation: 'PutBucketLogging', method: 'PUT', level: 'bucket', query: ['logging'] },
  { operation: 'GetBucketMetadataConfiguration', method: 'GET', level: 'bucket', query: ['metadataConfiguration'] },
  { operation: 'CreateBucketMetadataConfiguration', method: 'POST', level: 'bucket', query: ['metadataConfiguration'] },
  {
    operation: 'DeleteBucketMetadataConfiguration',
    method: 'DELETE',
    level: 'bucket',
    query: ['metadataConfiguration'],
  },
  { operation: 'GetBucketMetadataTableConfiguration', method: 'GET', level: 'bucket', query: ['metadataTable'] },
  { operation: 'CreateBucketMetadataTableConfiguration', method: 'POST', level: 'bucket', query: ['metadataTable'] },
  { operation: 'DeleteBucketMetadataTableConfiguration', method: 'DELETE', level: 'bucket', query: ['metadataTable'] },
  {
    operation: 'UpdateBucketMetadataInventoryTableConfiguration',
    method: 'PUT',
    level: 'bucket',
    query: ['metadataInventoryTable'],
  },
  {
    operation: 'UpdateBucketMetadataJournalTableConfiguration',
    method: 'PUT',
    level: 'bucket',
    query: ['metadataJournalTable'],
  },
  { operation: 'GetBucketMetricsConfiguration', method: 'GET', level: 'bucket', query: ['metrics', 'id'] },
  { operation: 'ListBucketMetricsConfigurations', method: 'GET', level: 'bucket', query: ['metrics'] },
  { operation: 'PutBucketMetricsConfiguration', method: 'PUT', level: 'bucket', query: ['metrics'] },
  { operation: 'DeleteBucketMetricsConfiguration', method: 'DELETE', level: 'bucket', query: ['metrics'] },
  {
    operation: 'GetBucketNotificationConfiguration',
    method: 'GET',
    level: 'bucket',
    query: ['notification'],
    supported: 'fixed',
  },
  { operation: 'PutBucketNotificationConfiguration', method: 'PUT', level: 'bucket', query: ['notification'] },
  {
    operation: 'GetObjectLockConfiguration',
    method: 'GET',
    level: 'bucket',
    query: ['object-lock'],
    supported: 'fixed',
  },
  { operation: 'PutObjectLockConfiguration', method: 'PUT', level: 'bucket', query: ['object-lock'] },
  {
    operation: 'GetBucketOwnershipControls',
    method: 'GET',
    level: 'bucket',
    query: ['ownershipControls'],
    supported: 'fixed',
  },
  { operation: 'PutBucketOwnershipControls', method: 'PUT', level: 'bucket', query: ['ownershipControls'] },
  {
    operation: 'DeleteBucketOwnershipControls',
    method: 'DELETE',
    level: 'bucket',
    query: ['ownershipControls'],
    supported: 'fixed',
  },
  { operation: 'GetBucketPolicy', method: 'GET', level: 'bucket', query: ['policy'], supported: 'fixed' },
  { operation: 'PutBucketPolicy', method: 'PUT', level: 'bucket', query: ['policy'] },
  { operation: 'DeleteBucketPolicy', method: 'DELETE', level: 'bucket', query: ['policy'], supported: 'fixed' },
  { operation: 'GetBucketPolicyStatus', method: 'GET', level: 'bucket', query: ['policyStatus'], supported: 'fixed' },
  {
    operation: 'GetPublicAccessBlock',
    method: 'GET',
    level: 'bucket',
    query: ['publicAccessBlock'],
    supported: 'fixed',
  },
  { operation: 'PutPublicAccessBlock', method: 'PUT', level: 'bucket', query: ['publicAccessBlock'] },
  {
    operation: 'DeletePublicAccessBlock',
    method: 'DELETE',
    level: 'bucket',
    query: ['publicAccessBlock'],
    supported: 'fixed',
  },
  { operation: 'GetBucketReplication', method: 'GET', level: 'bucket', query: ['replication'], supported: 'fixed' },
  { operation: 'PutBucketReplication', method: 'PUT', level: 'bucket', query: ['replication'] },
  {
    operation: 'DeleteBucketReplication',
    method: 'DELETE',
    level: 'bucket',
    query: ['replication'],
    supported: 'fixed',
  },
  {
    operation: 'GetBucketRequestPayment',
    method: 'GET',
    level: 'bucket',
    query: ['requestPayment'],
    supported: 'fixed',
  },
  { operation: 'PutBucketRequestPayment', method: 'PUT', level: 'bucket', query: ['requestPayment'] },
  { operation: 'CreateSession', method: 'GET', level: 'bucket', query: ['session'] },
  { operation: 'GetBucketTagging', method: 'GET', level: 'bucket', query: ['tagging'], supported: 'fixed' },
  { operation: 'PutBucketTagging', method: 'PUT', level: 'bucket', query: ['tagging'] },
  { operation: 'DeleteBucketTagging', method: 'DELETE', level: 'bucket', query: ['tagging'], supported: 'fixed' },
  { operation: 'GetBucketVersioning', method: 'GET', level: 'bucket', query: ['versioning'], supported: 'fixed' },
  { operation: 'PutBucketVersioning', method: 'PUT', level: 'bucket', query: ['versioning'] },
  { operation: 'GetBucketWebsite', method: 'GET', level: 'bucket', query: ['website'], supported: 'fixed' },
  { operation: 'PutBucketWebsite', method: 'PUT', level: 'bucket', query: ['website'] },
  { operation: 'DeleteBucketWebsite', method: 'DELETE', level: 'bucket', query: ['website'], supported: 'fixed' },
  {
    operation: 'PostObject',
    method: 'POST',
    level: 'bucket',
    header: 'content-type=multipart/form-data',
    signedOtherwise: true,
  },

  // Bucket itself
  {
    operation: 'ListObjectsV2',
    method: 'GET',
    level: 'bucket',
    query: ['list-type=2'],
    supported: true,
    parameters: [...listing, 'continuation-token', 'fetch-owner', 'start-after'],
  },
  {
    operation: 'ListObjects',
    method: 'GET',
    level: 'bucket',
    supported: true,
    parameters: [...listing, 'marker', 'list-type'],
  },
  { operation: 'HeadBucket', method: 'HEAD', level: 'bucket', supported: true },
  { operation: 'CreateBucket', method: 'PUT', level: 'bucket', supported: true, body: 'document' },
  { operation: 'DeleteBucket', method: 'DELETE', level: 'bucket', supported: true },

  // Object: multipart
  {
    operation: 'CreateMultipartUpload',
    method: 'POST',
    level: 'object',
    query: ['uploads'],
    supported: true,
    checksumsOfObject: true,
  },
  {
    operation: 'UploadPartCopy',
    method: 'PUT',
    level: 'object',
    query: ['uploadId', 'partNumber'],
    header: 'x-amz-copy-source',
    supported: true,
    checksumsOfObject: true,
  },
  {
    operation: 'UploadPart',
    method: 'PUT',
    level: 'object',
    query: ['uploadId', 'partNumber'],
    supported: true,
    body: 'payload',
  },
  {
    operation: 'ListParts',
    method: 'GET',
    level: 'object',
    query: ['uploadId'],
    supported: true,
    parameters: ['max-parts', 'part-number-marker', 'encoding-type'],
  },
  {
    operation: 'CompleteMultipartUpload',
    method: 'POST',
    level: 'object',
    query: ['uploadId'],
    supported: true,
    body: 'document',
    checksumsOfObject: true,
  },
  { operation: 'AbortMultipartUpload', method: 'DELETE', level: 'object', query: ['uploadId'], supported: true },

  // Object: subresources
  {
    operation: 'GetObjectAttributes',
    method: 'GET',
    level: 'object',
    query: ['attributes'],
    supported: true,
    parameters: ['versionId'],
  },
  {
    operation: 'GetObjectAcl',
    method: 'GET',
    level: 'object',
    query: ['acl'],
    supported: 'fixed',
    parameters: ['versionId'],
  },
  {
    operation: 'PutObjectAcl',
    method: 'PUT',
    level: 'object',
    query: ['acl'],
    supported: 'fixed',
    body: 'document',
    parameters: ['versionId'],
  },
  { operation: 'GetObjectLegalHold', method: 'GET', level: 'object', query: ['legal-hold'] },
  { operation: 'PutObjectLegalHold', method: 'PUT', level: 'object', query: ['legal-hold'] },
  { operation: 'GetObjectRetention', method: 'GET', level: 'object', query: ['retention'] },
  { operation: 'PutObjectRetention', method: 'PUT', level: 'object', query: ['retention'] },
  {
    operation: 'GetObjectTagging',
    method: 'GET',
    level: 'object',
    query: ['tagging'],
    supported: 'fixed',
    parameters: ['versionId'],
  },
  { operation: 'PutObjectTagging', method: 'PUT', level: 'object', query: ['tagging'] },
  {
    operation: 'DeleteObjectTagging',
    method: 'DELETE',
    level: 'object',
    query: ['tagging'],
    supported: 'fixed',
    parameters: ['versionId'],
  },
  { operation: 'GetObjectTorrent', method: 'GET', level: 'object', query: ['torrent'] },
  { operation: 'RestoreObject', method: 'POST', level: 'object', query: ['restore'] },
  { operation: 'SelectObjectContent', method: 'POST', level: 'object', query: ['select'] },
  { operation: 'RenameObject', method: 'PUT', level: 'object', query: ['renameObject'] },
  { operation: 'UpdateObjectEncryption', method: 'PUT', level: 'object', query: ['encryption'] },

  // Object itself
  {
    operation: 'GetObject',
    method: 'GET',
    level: 'object',
    supported: true,
    parameters: ['partNumber', 'versionId', ...responseOverrides],
  },
  {
    operation: 'HeadObject',
    method: 'HEAD',
    level: 'object',
    supported: true,
    parameters: ['partNumber', 'versionId', ...responseOverrides],
  },
  {
    operation: 'CopyObject',
    method: 'PUT',
    level: 'object',
    header: 'x-amz-copy-source',
    supported: true,
    checksumsOfObject: true,
  },
  { operation: 'PutObject', method: 'PUT', level: 'object', supported: true, body: 'payload' },
  { operation: 'DeleteObject', method: 'DELETE', level: 'object', supported: true, parameters: ['versionId'] },

  // Preflight requests carry no signature.
  { operation: 'Preflight', method: 'OPTIONS', level: 'service', signedOtherwise: true },
  { operation: 'Preflight', method: 'OPTIONS', level: 'bucket', signedOtherwise: true },
  { operation: 'Preflight', method: 'OPTIONS', level: 'object', signedOtherwise: true },
] as const satisfies readonly Row[];

type TableRow = (typeof table)[number];

/** Every operation of the S3 API. */
export type Operation = TableRow['operation'];

/** The operations that need a handler. */
export type SupportedOperation = Extract<TableRow, { supported: true | 'fixed' }>['operation'];
