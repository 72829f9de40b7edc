import type { HttpLimits } from '@polynas/http';
import { defaultHttpLimits } from '@polynas/http';

export interface SwiftLimits extends HttpLimits {
  /** Bytes of an object in one request; default 5 GiB, Swift's own default. */
  readonly payload: number;
  /** Bytes of a document: a manifest, a list of names, a request for a token; default 8 MiB, Swift's default of a manifest. */
  readonly document: number;
}

export const defaultLimits: SwiftLimits = {
  ...defaultHttpLimits,
  payload: 5 * 1024 ** 3,
  document: 8 * 1024 ** 2,
};

/** Swift's default constraints on names and metadata (`/info` tells them). */
export const constraints = {
  accountListing: 10_000,
  containerListing: 10_000,
  accountName: 256,
  containerName: 255,
  objectName: 1024,
  headerSize: 8192,
  extraHeaders: 0,
  metaCount: 90,
  metaName: 128,
  metaValue: 256,
  metaOverall: 4096,
  manifestSegments: 1000,
  bulkDeletes: 10_000,
} as const;
