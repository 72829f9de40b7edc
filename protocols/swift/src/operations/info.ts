import { json } from '../auth/keystone.ts';
import { constraints } from '../limits.ts';
import type { Handle } from '../operation.ts';

/** `/info`: what clients may expect (Swift, "Discoverability"). What is not named here is not there. */
export const info: Handle = async ({ limits }) =>
  json(200, {
    swift: {
      version: '2.35.0',
      max_file_size: limits.payload,
      max_meta_name_length: constraints.metaName,
      max_meta_value_length: constraints.metaValue,
      max_meta_count: constraints.metaCount,
      max_meta_overall_size: constraints.metaOverall,
      max_header_size: constraints.headerSize,
      max_object_name_length: constraints.objectName,
      container_listing_limit: constraints.containerListing,
      account_listing_limit: constraints.accountListing,
      max_account_name_length: constraints.accountName,
      max_container_name_length: constraints.containerName,
      extra_header_count: constraints.extraHeaders,
      allow_account_management: false,
      account_autocreate: true,
      valid_api_versions: ['v1'],
      strict_cors_mode: true,
      policies: [{ name: 'default', aliases: 'default', default: true }],
    },
    tempauth: { account_acls: false },
    container_quotas: {},
    bulk_upload: { max_containers_per_extraction: constraints.archiveFiles, max_failed_extractions: 1000 },
    bulk_delete: { max_deletes_per_request: constraints.bulkDeletes, max_failed_deletes: 1000 },
    slo: {
      max_manifest_segments: constraints.manifestSegments,
      max_manifest_size: limits.document,
      min_segment_size: 1,
      allow_async_delete: false,
    },
    dlo: { max_segments: 10_000 },
    formpost: { allowed_digests: ['sha1', 'sha256', 'sha512'] },
    tempurl: {
      methods: ['GET', 'HEAD', 'PUT', 'POST', 'DELETE'],
      allowed_digests: ['sha1', 'sha256', 'sha512'],
      incoming_remove_headers: [],
      incoming_allow_headers: [],
      outgoing_remove_headers: ['x-object-meta-*'],
      outgoing_allow_headers: ['x-object-meta-public-*'],
    },
  });
