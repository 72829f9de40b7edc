import { LEVELS, shareEnumeration } from './share-enumeration.ts';
import { shownShares } from './shown-shares.ts';

/** NetrShareEnum (MS-SRVS 3.1.4.8). */
export const netrShareEnum = shareEnumeration(15, LEVELS, shownShares);
