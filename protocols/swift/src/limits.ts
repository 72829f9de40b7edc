import type { HttpLimits } from '@polynas/http';
import { defaultHttpLimits } from '@polynas/http';

export interface SwiftLimits extends HttpLimits {
  /** Bytes of an object in one request; default 5 GiB, Swift's own default. */
  readonly payload: number;
  /** Bytes of a document: a manifest, a list of names, a request for a token; default 8 MiB, Swift's default of a manifest. */
  readonly document: number;
  /** Passwords that are checked at once, each of which takes a thread that files are read by, too; default 2. */
  readonly passwordChecks: number;
  /** Requests that may wait for one of these; default 64. */
  readonly passwordsWaiting: number;
}

export const defaultLimits: SwiftLimits = {
  ...defaultHttpLimits,
  payload: 5 * 1024 ** 3,
  document: 8 * 1024 ** 2,
  passwordChecks: 2,
  passwordsWaiting: 64,
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
  archiveFiles: 10_000,
} as const;
