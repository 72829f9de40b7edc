import { WireError } from '@polynas/core/wire';
import type { Ndr } from '../ndr/ndr.ts';
import { unique } from '../ndr/pointers.ts';
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

const nullPointer: Ndr<undefined> = {
  alignment: 4,
  read(r, put) {
    if (r.wire.align(4).u32le() !== 0) throw new WireError('attributes of a policy object');
    put(undefined);
  },
  write: (w) => u32.write(w, 0),
};

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
