import type { Reader, Writer } from '@polynas/core/wire';
import type { Codec } from '../messages/codec.ts';

/** FileFsVolumeInformation (MS-FSCC 2.5). */
export interface FileFsVolumeInformation {
  /** FILETIME. */
  readonly volumeCreationTime: bigint;
  readonly volumeSerialNumber: number;
  readonly supportsObjects: boolean;
  readonly volumeLabel: string;
}

export const fileFsVolumeInformation: Codec<FileFsVolumeInformation> = {
  read(r: Reader): FileFsVolumeInformation {
    const volumeCreationTime = r.u64le();
    const volumeSerialNumber = r.u32le();
    const labelLength = r.u32le();
    const supportsObjects = r.u8() !== 0;
    r.skip(1);
    return { volumeCreationTime, volumeSerialNumber, supportsObjects, volumeLabel: r.utf16le(labelLength) };
  },
  write(w: Writer, value: FileFsVolumeInformation): void {
    w.u64le(value.volumeCreationTime);
    w.u32le(value.volumeSerialNumber);
    w.u32le(value.volumeLabel.length * 2);
    w.u8(Number(value.supportsObjects));
    w.u8(0);
    w.utf16le(value.volumeLabel);
  },
};

/** FileFsSizeInformation (MS-FSCC 2.5). Units are clusters of sectorsPerAllocationUnit × bytesPerSector bytes. */
export interface FileFsSizeInformation {
  readonly totalAllocationUnits: number;
  readonly availableAllocationUnits: number;
  readonly sectorsPerAllocationUnit: number;
  readonly bytesPerSector: number;
}

export const fileFsSizeInformation: Codec<FileFsSizeInformation> = {
  read(r: Reader): FileFsSizeInformation {
    return {
      totalAllocationUnits: r.u64leNumber(),
      availableAllocationUnits: r.u64leNumber(),
      sectorsPerAllocationUnit: r.u32le(),
      bytesPerSector: r.u32le(),
    };
  },
  write(w: Writer, value: FileFsSizeInformation): void {
    w.u64leNumber(value.totalAllocationUnits);
    w.u64leNumber(value.availableAllocationUnits);
    w.u32le(value.sectorsPerAllocationUnit);
    w.u32le(value.bytesPerSector);
  },
};

/** FileFsFullSizeInformation (MS-FSCC 2.5). */
export interface FileFsFullSizeInformation {
  readonly totalAllocationUnits: number;
  readonly callerAvailableAllocationUnits: number;
  readonly actualAvailableAllocationUnits: number;
  readonly sectorsPerAllocationUnit: number;
  readonly bytesPerSector: number;
}

export const fileFsFullSizeInformation: Codec<FileFsFullSizeInformation> = {
  read(r: Reader): FileFsFullSizeInformation {
    return {
      totalAllocationUnits: r.u64leNumber(),
      callerAvailableAllocationUnits: r.u64leNumber(),
      actualAvailableAllocationUnits: r.u64leNumber(),
      sectorsPerAllocationUnit: r.u32le(),
      bytesPerSector: r.u32le(),
    };
  },
  write(w: Writer, value: FileFsFullSizeInformation): void {
    w.u64leNumber(value.totalAllocationUnits);
    w.u64leNumber(value.callerAvailableAllocationUnits);
    w.u64leNumber(value.actualAvailableAllocationUnits);
    w.u32le(value.sectorsPerAllocationUnit);
    w.u32le(value.bytesPerSector);
  },
};

export const FILE_DEVICE_DISK = 0x07;
export const FILE_REMOTE_DEVICE = 0x10;
export const FILE_DEVICE_IS_MOUNTED = 0x20;

/** FileFsDeviceInformation (MS-FSCC 2.5). */
export interface FileFsDeviceInformation {
  readonly deviceType: number;
  readonly characteristics: number;
}

export const fileFsDeviceInformation: Codec<FileFsDeviceInformation> = {
  read(r: Reader): FileFsDeviceInformation {
    return { deviceType: r.u32le(), characteristics: r.u32le() };
  },
  write(w: Writer, value: FileFsDeviceInformation): void {
    w.u32le(value.deviceType);
    w.u32le(value.characteristics);
  },
};

/** FileSystemAttributes (MS-FSCC 2.5). */
export const FileSystemAttribute = {
  CASE_SENSITIVE_SEARCH: 0x0000_0001,
  CASE_PRESERVED_NAMES: 0x0000_0002,
  UNICODE_ON_DISK: 0x0000_0004,
  PERSISTENT_ACLS: 0x0000_0008,
  VOLUME_QUOTAS: 0x0000_0020,
  SUPPORTS_SPARSE_FILES: 0x0000_0040,
  SUPPORTS_REPARSE_POINTS: 0x0000_0080,
  NAMED_STREAMS: 0x0004_0000,
  READ_ONLY_VOLUME: 0x0008_0000,
  SUPPORTS_HARD_LINKS: 0x0040_0000,
  SUPPORTS_EXTENDED_ATTRIBUTES: 0x0080_0000,
  SUPPORTS_OPEN_BY_FILE_ID: 0x0100_0000,
  SUPPORTS_BLOCK_REFCOUNTING: 0x0800_0000,
} as const;

/** FileFsAttributeInformation (MS-FSCC 2.5). */
export interface FileFsAttributeInformation {
  readonly fileSystemAttributes: number;
  /** In characters, as Windows counts them. */
  readonly maximumComponentNameLength: number;
  /** "NTFS" makes Windows use streams and ACLs. */
  readonly fileSystemName: string;
}

export const fileFsAttributeInformation: Codec<FileFsAttributeInformation> = {
  read(r: Reader): FileFsAttributeInformation {
    const fileSystemAttributes = r.u32le();
    const maximumComponentNameLength = r.u32le();
    return { fileSystemAttributes, maximumComponentNameLength, fileSystemName: r.utf16le(r.u32le()) };
  },
  write(w: Writer, value: FileFsAttributeInformation): void {
    w.u32le(value.fileSystemAttributes);
    w.u32le(value.maximumComponentNameLength);
    w.u32le(value.fileSystemName.length * 2);
    w.utf16le(value.fileSystemName);
  },
};

/** FileFsControlInformation (MS-FSCC 2.5). All ones: no limit. */
export interface FileFsControlInformation {
  readonly freeSpaceStartFiltering: bigint;
  readonly freeSpaceThreshold: bigint;
  readonly freeSpaceStopFiltering: bigint;
  readonly defaultQuotaThreshold: bigint;
  readonly defaultQuotaLimit: bigint;
  readonly fileSystemControlFlags: number;
}

export const fileFsControlInformation: Codec<FileFsControlInformation> = {
  read(r: Reader): FileFsControlInformation {
    const value = {
      freeSpaceStartFiltering: r.u64le(),
      freeSpaceThreshold: r.u64le(),
      freeSpaceStopFiltering: r.u64le(),
      defaultQuotaThreshold: r.u64le(),
      defaultQuotaLimit: r.u64le(),
      fileSystemControlFlags: r.u32le(),
    };
    r.skip(4);
    return value;
  },
  write(w: Writer, value: FileFsControlInformation): void {
    w.u64le(value.freeSpaceStartFiltering);
    w.u64le(value.freeSpaceThreshold);
    w.u64le(value.freeSpaceStopFiltering);
    w.u64le(value.defaultQuotaThreshold);
    w.u64le(value.defaultQuotaLimit);
    w.u32le(value.fileSystemControlFlags);
    w.zeros(4);
  },
};

/** FileFsObjectIdInformation (MS-FSCC 2.5). */
export interface FileFsObjectIdInformation {
  /** 16 bytes. */
  readonly objectId: Uint8Array;
  /** 48 bytes. */
  readonly extendedInfo: Uint8Array;
}

export const fileFsObjectIdInformation: Codec<FileFsObjectIdInformation> = {
  read(r: Reader): FileFsObjectIdInformation {
    return { objectId: r.bytes(16), extendedInfo: r.bytes(48) };
  },
  write(w: Writer, value: FileFsObjectIdInformation): void {
    w.bytes(value.objectId);
    w.bytes(value.extendedInfo);
  },
};

/** FileFsSectorSizeInformation (MS-FSCC 2.5). Bytes. */
export interface FileFsSectorSizeInformation {
  readonly logicalBytesPerSector: number;
  readonly physicalBytesPerSectorForAtomicity: number;
  readonly physicalBytesPerSectorForPerformance: number;
  readonly fileSystemEffectivePhysicalBytesPerSectorForAtomicity: number;
  readonly flags: number;
  readonly byteOffsetForSectorAlignment: number;
  readonly byteOffsetForPartitionAlignment: number;
}

export const fileFsSectorSizeInformation: Codec<FileFsSectorSizeInformation> = {
  read(r: Reader): FileFsSectorSizeInformation {
    return {
      logicalBytesPerSector: r.u32le(),
      physicalBytesPerSectorForAtomicity: r.u32le(),
      physicalBytesPerSectorForPerformance: r.u32le(),
      fileSystemEffectivePhysicalBytesPerSectorForAtomicity: r.u32le(),
      flags: r.u32le(),
      byteOffsetForSectorAlignment: r.u32le(),
      byteOffsetForPartitionAlignment: r.u32le(),
    };
  },
  write(w: Writer, value: FileFsSectorSizeInformation): void {
    w.u32le(value.logicalBytesPerSector);
    w.u32le(value.physicalBytesPerSectorForAtomicity);
    w.u32le(value.physicalBytesPerSectorForPerformance);
    w.u32le(value.fileSystemEffectivePhysicalBytesPerSectorForAtomicity);
    w.u32le(value.flags);
    w.u32le(value.byteOffsetForSectorAlignment);
    w.u32le(value.byteOffsetForPartitionAlignment);
  },
};
