import type { Ndr } from '../ndr/ndr.ts';
import { nullPointer, unique } from '../ndr/pointers.ts';
import { u16, u32, u8 } from '../ndr/scalars.ts';
import { struct } from '../ndr/structures.ts';

/** SECURITY_QUALITY_OF_SERVICE (MS-LSAD 2.2.7). */
interface QualityOfService {
  readonly length: number;
  readonly impersonationLevel: number;
  readonly contextTrackingMode: number;
  readonly effectiveOnly: number;
}

/**
 * LSAPR_OBJECT_ATTRIBUTES (MS-LSAD 2.2.9), of which nothing matters. RootDirectory must be null; name and descriptor, which a policy object does not have,
 * are taken only as null pointers, too: no client sends others.
 */
export interface ObjectAttributes {
  readonly length: number;
  readonly rootDirectory: undefined;
  readonly objectName: undefined;
  readonly attributes: number;
  readonly securityDescriptor: undefined;
  readonly securityQualityOfService: QualityOfService | undefined;
}

export const objectAttributes: Ndr<ObjectAttributes> = struct<ObjectAttributes>({
  length: u32,
  rootDirectory: nullPointer,
  objectName: nullPointer,
  attributes: u32,
  securityDescriptor: nullPointer,
  securityQualityOfService: unique(
    struct<QualityOfService>({ length: u32, impersonationLevel: u16, contextTrackingMode: u8, effectiveOnly: u8 }),
  ),
});
