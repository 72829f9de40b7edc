/** NORTH: what protocols call. With the storage vocabulary that its results are made of. */
export * from './accounts.ts';
export * from './caller.ts';
export * from './events.ts';
export * from './files.ts';
export * from './labels.ts';
export * from './fold-name.ts';
export * from './objects.ts';
export * from './shares.ts';
export * from './state.ts';
export { StorageError, isStorageError, stampOf, storageErrorCodes } from '../spi/index.ts';
export type {
  AttributeChanges,
  Attributes,
  Capacity,
  Cookie,
  Created,
  CreateMode,
  DeviceNumber,
  DirectoryChange,
  DirectoryEntry,
  FileId,
  FileType,
  ListOptions,
  Name,
  ReadResult,
  Removed,
  Renamed,
  Stability,
  Stamp,
  StorageErrorCode,
  SyncResult,
  Timestamp,
  VolumeStatus,
  VolumeTraits,
  WriteEpoch,
  WriteResult,
} from '../spi/index.ts';

import type { AccountService } from './accounts.ts';
import type { EventService } from './events.ts';
import type { FileService } from './files.ts';
import type { LabelService } from './labels.ts';
import type { ObjectService } from './objects.ts';
import type { ShareService } from './shares.ts';
import type { StateService } from './state.ts';

/** All of it, as the head hands it to doors. */
export interface Services {
  readonly accounts: AccountService;
  readonly shares: ShareService;
  readonly labels: LabelService;
  readonly files: FileService;
  readonly state: StateService;
  readonly objects: ObjectService;
  readonly events: EventService;
}
