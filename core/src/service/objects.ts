import type { FileId, Timestamp } from '../spi/index.ts';
import type { Caller } from './caller.ts';
import type { Share, ShareId } from './shares.ts';

/** Content headers and user metadata: what a client said of an object and gets back. Header names in lower case. */
export interface ObjectMetadata {
  /** content-type, content-encoding, content-language, content-disposition, cache-control, expires. */
  readonly headers: Readonly<Record<string, string>>;
  /** User metadata without a dialect's prefix, names in lower case, values as sent. */
  readonly user: Readonly<Record<string, string>>;
  /** Whole seconds since 1970, at most 2^40: from then on the object may be removed, and soon is. */
  readonly expiresAt?: number;
}

/** Checksums by lower-case algorithm name (crc32, crc32c, crc64nvme, sha1, sha256), base64 as S3 shows them, a `-N` suffix on composites. */
export interface ObjectChecksums {
  readonly type: 'FULL_OBJECT' | 'COMPOSITE';
  readonly values: Readonly<Record<string, string>>;
}

export interface ObjectPart {
  readonly number: number;
  readonly size: number;
  /** Hex MD5 of the part. */
  readonly etag: string;
  readonly modified: Timestamp;
  readonly checksums?: ObjectChecksums;
}

export interface ObjectInfo {
  readonly key: string;
  readonly size: number;
  readonly modified: Timestamp;
  /** Without quotes: hex MD5, `md5-N` of a multipart object, or (LIST only) a stamp-based one ending in `-0`. */
  readonly etag: string;
  /** Hex MD5 of the whole content, where it is known (`ObjectWants`). */
  readonly md5?: string;
  readonly metadata: ObjectMetadata;
  readonly checksums?: ObjectChecksums;
  /** Parts of a multipart upload, while the content is still what was uploaded. */
  readonly parts?: readonly ObjectPart[];
  readonly file: FileId;
  readonly ownerUid: number;
  /** A directory made explicit by PUT `a/` or mkdir. */
  readonly directory: boolean;
}

/** The bytes of a PUT, pulled by the service with back-pressure. */
export interface ObjectBody {
  /** Bytes to come, when known. */
  readonly length?: number;
  /** The next bytes, valid until the following call; `undefined` at the end. Rejects to abort the PUT, which then leaves no trace. */
  read(): Promise<Uint8Array | undefined>;
  /** After the end, before anything is published: verified checksums to store. Rejects (bad digest) to abort. */
  finish?(md5: Uint8Array): Promise<ObjectChecksums | undefined>;
}

/** HTTP's conditions (RFC 9110 §13) on the current object; evaluated in the same step as the change. Etags without quotes, `*` allowed. */
export interface ObjectConditions {
  readonly ifMatch?: readonly string[];
  readonly ifNoneMatch?: readonly string[];
  /** Whole seconds since 1970. */
  readonly ifModifiedSince?: number;
  readonly ifUnmodifiedSince?: number;
  /** Conditional DELETE of S3: exact size and modification second. */
  readonly ifSize?: number;
  readonly ifModifiedAt?: number;
}

/** What costs something to find out. */
export interface ObjectWants {
  /** `ObjectInfo.md5`, for which an object that came in parts is read once. Of a content that never stands still it is not found out. */
  readonly md5?: boolean;
}

/** What a composed object is made of: bytes of another one, all where no range is given (inclusive-exclusive), or the bytes themselves. */
export type ObjectPiece =
  | {
      /** Who reads it, where that is another than who composes. */
      readonly caller?: Caller;
      readonly share: ShareId;
      readonly key: string;
      readonly range?: { readonly start: number; readonly end: number };
      readonly conditions?: ObjectConditions;
    }
  | { readonly bytes: Uint8Array };

/** What a share holds for object dialects. */
export interface ShareUsage {
  readonly objects: number;
  readonly bytes: number;
}

/** A reader pinned to one content: PUTs meanwhile do not disturb it where the backend swaps by name; in-place writes of NAS doors are seen. */
export interface ObjectReader {
  readonly info: ObjectInfo;
  /** Up to `length` (at most 1 MiB) bytes from `offset`; shorter only at the end. Rejects with `conditionFailed` when the content changed under it. `into` as in `FileService.read`. */
  read(offset: number, length: number, into?: Uint8Array): Promise<Uint8Array>;
  close(): Promise<void>;
}

export interface ListRequest {
  readonly prefix: string;
  readonly delimiter: string;
  /** Keys (and common prefixes) strictly after this one. */
  readonly after: string;
  /** Keys (and common prefixes) strictly before this one; absent: to the end. */
  readonly before?: string;
  /** The last ones first. Costs a walk over the whole range, in bounded memory. */
  readonly reverse?: boolean;
  /** 0 … 1000 items, keys and common prefixes together. */
  readonly limit: number;
}

/** In UTF-8 order of keys, or its reverse. `etag` never costs reading content. */
export interface ListResult {
  readonly items: readonly (
    | { readonly kind: 'object'; readonly object: ObjectInfo }
    | { readonly kind: 'prefix'; readonly prefix: string }
  )[];
  /** More follows: continue `after` (in reverse, `before`) this key or common prefix. */
  readonly next?: string;
}

export interface MultipartUpload {
  readonly id: string;
  readonly key: string;
  readonly initiated: Timestamp;
  readonly metadata: ObjectMetadata;
  readonly ownerUid: number;
  /** Checksum algorithm and type asked for at creation. */
  readonly checksum?: { readonly algorithm: string; readonly type: 'FULL_OBJECT' | 'COMPOSITE' };
}

export interface CompletedPart {
  readonly number: number;
  readonly etag: string;
  readonly checksums?: Readonly<Record<string, string>>;
}

/** Rejections that only object dialects know; each door has a row for each. */
export type ObjectErrorCode =
  | 'noSuchKey'
  | 'noSuchUpload'
  | 'preconditionFailed'
  | 'notModified'
  | 'invalidPart'
  | 'invalidPartOrder'
  | 'entityTooSmall'
  | 'entityTooLarge'
  | 'invalidRange'
  | 'keyTooLong'
  | 'bodyTooShort';

export class ObjectError extends Error {
  override readonly name = 'ObjectError';
  readonly code: ObjectErrorCode;
  /** What a client wants to know more: etag of the current object, the offending part number. */
  readonly detail: Readonly<Record<string, string | number>>;

  constructor(code: ObjectErrorCode, detail: Readonly<Record<string, string | number>> = {}) {
    super(code);
    this.code = code;
    this.detail = detail;
  }
}

export function isObjectError(error: unknown, code: ObjectErrorCode): error is ObjectError {
  return error instanceof ObjectError && error.code === code;
}

/**
 * Files seen through object dialects: S3 and Swift are two of them. Rejections: `ObjectError`, or `StorageError` for what files know as well.
 * Permissions: execute on each directory of the path; read on the file to get; write on the file to replace it, write on the directory to create or delete.
 */
export interface ObjectService {
  /** Shares of the caller's tenant that the door shows and whose top directory the caller may list or owns. */
  buckets(caller: Caller): Promise<readonly Share[]>;

  put(
    caller: Caller,
    share: ShareId,
    key: string,
    body: ObjectBody,
    metadata: ObjectMetadata,
    conditions?: ObjectConditions,
  ): Promise<ObjectInfo>;
  /** Metadata and etag; hashes the content when no valid etag is stored. `noSuchKey`, `preconditionFailed`, `notModified`. */
  head(
    caller: Caller,
    share: ShareId,
    key: string,
    conditions?: ObjectConditions,
    wants?: ObjectWants,
  ): Promise<ObjectInfo>;
  get(
    caller: Caller,
    share: ShareId,
    key: string,
    conditions?: ObjectConditions,
    wants?: ObjectWants,
  ): Promise<ObjectReader>;
  /** Changes what is said of an object and nothing else; `change` gets what is said now, in the same step. Hashes nothing: `etag` as in LIST. `noSuchKey`. */
  setMetadata(
    caller: Caller,
    share: ShareId,
    key: string,
    change: (present: ObjectMetadata) => ObjectMetadata,
  ): Promise<ObjectInfo>;
  /** Removes the object, and directories that only PUTs had made with it. `undefined` when there was none. */
  delete(caller: Caller, share: ShareId, key: string, conditions?: ObjectConditions): Promise<ObjectInfo | undefined>;
  /**
   * By reference where the backend clones. `metadata` replaces, else the source's is kept. Source conditions are evaluated on the source.
   * `checksums` are computed by `digest` where the caller wants one the source lacks.
   */
  copy(
    caller: Caller,
    from: {
      /** Who reads it, where that is another than who writes. */
      readonly caller?: Caller;
      readonly share: ShareId;
      readonly key: string;
      readonly conditions?: ObjectConditions;
    },
    to: { readonly share: ShareId; readonly key: string; readonly conditions?: ObjectConditions },
    options: {
      readonly metadata?: ObjectMetadata;
      readonly digest?: { update(bytes: Uint8Array): void; finish(): ObjectChecksums };
    },
  ): Promise<ObjectInfo>;
  list(caller: Caller, share: ShareId, request: ListRequest): Promise<ListResult>;
  /**
   * Counts what there is, whoever may see it. Exact where counting is quick; else it may be some time old (a hundred times as long as counting takes), or at first of what was counted so far.
   *
   * @param maximumAge milliseconds that a count may be old in any case; 0 when absent
   */
  usage(share: ShareId, maximumAge?: number): Promise<ShareUsage>;
  /**
   * One object of many pieces, which become its parts; by reference where the backend clones. 1 … 10,000 pieces; their rejections carry `piece`, the index.
   * `manifest` is a dialect's own account of them, kept as long as the content is this one (`tooLarge` where the volume has no room for it).
   */
  compose(
    caller: Caller,
    share: ShareId,
    key: string,
    pieces: readonly ObjectPiece[],
    metadata: ObjectMetadata,
    options?: { readonly conditions?: ObjectConditions; readonly manifest?: Uint8Array },
  ): Promise<ObjectInfo>;
  /** What `compose` was given; `undefined` where the content is another one. `noSuchKey`. */
  manifest(caller: Caller, share: ShareId, key: string): Promise<Uint8Array | undefined>;

  createUpload(
    caller: Caller,
    share: ShareId,
    key: string,
    metadata: ObjectMetadata,
    checksum?: MultipartUpload['checksum'],
  ): Promise<MultipartUpload>;
  /** `noSuchUpload` when the id is unknown or belongs to another key. */
  upload(caller: Caller, share: ShareId, key: string, uploadId: string): Promise<MultipartUpload>;
  /** Part numbers 1 … 10000; the same number again replaces the part. */
  putPart(
    caller: Caller,
    share: ShareId,
    key: string,
    uploadId: string,
    number: number,
    body: ObjectBody,
  ): Promise<ObjectPart>;
  /** UploadPartCopy; `range` inclusive-exclusive bytes of the source (`invalidRange`). */
  copyPart(
    caller: Caller,
    share: ShareId,
    key: string,
    uploadId: string,
    number: number,
    from: {
      readonly share: ShareId;
      readonly key: string;
      readonly range?: { readonly start: number; readonly end: number };
      readonly conditions?: ObjectConditions;
    },
    digest?: { update(bytes: Uint8Array): void; finish(): ObjectChecksums },
  ): Promise<ObjectPart>;
  listParts(
    caller: Caller,
    share: ShareId,
    key: string,
    uploadId: string,
    afterNumber: number,
    limit: number,
  ): Promise<{ readonly parts: readonly ObjectPart[]; readonly truncated: boolean }>;
  /**
   * Publishes the named parts as the object, without copying them where the backend clones. Every part but the last has at least 5 MiB (`entityTooSmall`).
   * `checksums` are stored as given (the door has verified them against the parts'). Repeating a completion that succeeded gives the same answer while it is remembered.
   */
  completeUpload(
    caller: Caller,
    share: ShareId,
    key: string,
    uploadId: string,
    parts: readonly CompletedPart[],
    options?: { readonly conditions?: ObjectConditions; readonly checksums?: ObjectChecksums },
  ): Promise<ObjectInfo>;
  abortUpload(caller: Caller, share: ShareId, key: string, uploadId: string): Promise<void>;
  /** In order of key, then of initiation. */
  listUploads(
    caller: Caller,
    share: ShareId,
    request: {
      readonly prefix: string;
      readonly delimiter: string;
      readonly afterKey: string;
      readonly afterId: string;
      readonly limit: number;
    },
  ): Promise<{
    readonly items: readonly (
      | { readonly kind: 'upload'; readonly upload: MultipartUpload }
      | { readonly kind: 'prefix'; readonly prefix: string }
    )[];
    readonly next?: { readonly key: string; readonly id: string };
  }>;
}
