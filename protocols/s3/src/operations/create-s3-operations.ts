import type { Principal, Services } from '@polynas/core/service';
import { PayloadBuffers } from '@polynas/core/wire';
import type { OperationHandler, OperationHandlers } from '../operation.ts';
import { ListedTexts } from '../reply/listed-texts.ts';
import type { OperationContext } from '../request/context.ts';
import type { Handle } from '../request/handle.ts';
import type { SupportedOperation } from '../routing/table.ts';
import { abortMultipartUpload } from './abort-multipart-upload.ts';
import { absent, fresh, nothingToDelete } from './absent-configurations.ts';
import { completeMultipartUpload } from './complete-multipart-upload/complete-multipart-upload.ts';
import { copyObject } from './copy-object.ts';
import { createBucket } from './create-bucket.ts';
import { createMultipartUpload } from './create-multipart-upload.ts';
import { deleteBucket } from './delete-bucket.ts';
import { deleteObjectTagging } from './delete-object-tagging.ts';
import { deleteObject } from './delete-object.ts';
import { deleteObjects } from './delete-objects.ts';
import { getBucketAcl } from './get-bucket-acl.ts';
import { getBucketLocation } from './get-bucket-location.ts';
import { getObjectAcl } from './get-object-acl.ts';
import { getObjectAttributes } from './get-object-attributes.ts';
import { getObjectTagging } from './get-object-tagging.ts';
import { getObject } from './get-object.ts';
import { headBucket } from './head-bucket.ts';
import { headObject } from './head-object.ts';
import { listBuckets } from './list-buckets.ts';
import { listMultipartUploads } from './list-multipart-uploads.ts';
import { listObjectVersions } from './list-object-versions.ts';
import { listObjectsV2 } from './list-objects-v2.ts';
import { listObjects } from './list-objects.ts';
import { listParts } from './list-parts.ts';
import { namedError } from './named-error.ts';
import { putBucketAcl } from './put-bucket-acl.ts';
import { putObjectAcl } from './put-object-acl.ts';
import { putObject } from './put-object.ts';
import { uploadPartCopy } from './upload-part-copy.ts';
import { uploadPart } from './upload-part.ts';

/** Bytes of buffers for the payload of GETs that are kept while nobody reads. */
const payloadsKept = 16 * 1024 * 1024;

/** Settings of the operations; see `OperationContext`. */
export type S3OperationsOptions = Omit<OperationContext, 'objects' | 'shares' | 'accounts' | 'payloads' | 'listed'>;

const operations: Readonly<Record<SupportedOperation, Handle>> = {
  AbortMultipartUpload: abortMultipartUpload,
  CompleteMultipartUpload: completeMultipartUpload,
  CopyObject: copyObject,
  CreateBucket: createBucket,
  CreateMultipartUpload: createMultipartUpload,
  DeleteBucket: deleteBucket,
  DeleteObject: deleteObject,
  DeleteObjects: deleteObjects,
  GetBucketLocation: getBucketLocation,
  GetObject: getObject,
  GetObjectAttributes: getObjectAttributes,
  HeadBucket: headBucket,
  HeadObject: headObject,
  ListBuckets: listBuckets,
  ListMultipartUploads: listMultipartUploads,
  ListObjects: listObjects,
  ListObjectsV2: listObjectsV2,
  ListObjectVersions: listObjectVersions,
  ListParts: listParts,
  PutObject: putObject,
  UploadPart: uploadPart,
  UploadPartCopy: uploadPartCopy,

  GetBucketAcl: getBucketAcl,
  PutBucketAcl: putBucketAcl,
  GetObjectAcl: getObjectAcl,
  PutObjectAcl: putObjectAcl,
  GetObjectTagging: getObjectTagging,
  DeleteObjectTagging: deleteObjectTagging,
  GetBucketAccelerateConfiguration: fresh('AccelerateConfiguration'),
  GetBucketCors: absent('NoSuchCORSConfiguration'),
  DeleteBucketCors: nothingToDelete,
  GetBucketEncryption: absent('ServerSideEncryptionConfigurationNotFoundError'),
  DeleteBucketEncryption: nothingToDelete,
  GetBucketLifecycleConfiguration: absent('NoSuchLifecycleConfiguration'),
  DeleteBucketLifecycle: nothingToDelete,
  GetBucketLogging: fresh('BucketLoggingStatus'),
  GetBucketNotificationConfiguration: fresh('NotificationConfiguration'),
  GetObjectLockConfiguration: absent('ObjectLockConfigurationNotFoundError'),
  GetBucketOwnershipControls: absent('OwnershipControlsNotFoundError'),
  DeleteBucketOwnershipControls: nothingToDelete,
  GetBucketPolicy: absent('NoSuchBucketPolicy'),
  DeleteBucketPolicy: nothingToDelete,
  GetBucketPolicyStatus: fresh('PolicyStatus', { IsPublic: 'false' }),
  GetPublicAccessBlock: absent('NoSuchPublicAccessBlockConfiguration'),
  DeletePublicAccessBlock: nothingToDelete,
  GetBucketReplication: absent('ReplicationConfigurationNotFoundError'),
  DeleteBucketReplication: nothingToDelete,
  GetBucketRequestPayment: fresh('RequestPaymentConfiguration', { Payer: 'BucketOwner' }),
  GetBucketTagging: absent('NoSuchTagSet'),
  DeleteBucketTagging: nothingToDelete,
  GetBucketVersioning: fresh('VersioningConfiguration'),
  GetBucketWebsite: absent('NoSuchWebsiteConfiguration'),
  DeleteBucketWebsite: nothingToDelete,
};

/** Every supported operation over the core's services. */
export function createS3Operations(
  services: Pick<Services, 'objects' | 'shares' | 'accounts'>,
  options: S3OperationsOptions,
): OperationHandlers<Principal> {
  const { objects, shares, accounts } = services;
  const payloads = new PayloadBuffers(payloadsKept);
  const listed = new ListedTexts();
  const context: OperationContext = { ...options, objects, shares, accounts, payloads, listed };
  const bind =
    (handle: Handle): OperationHandler<Principal> =>
    async (request) => {
      try {
        return await handle(context, request);
      } catch (error) {
        throw namedError(error, request);
      }
    };
  return Object.fromEntries(
    Object.entries(operations).map(([name, handle]) => [name, bind(handle)]),
  ) as OperationHandlers<Principal>;
}
