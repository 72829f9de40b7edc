import { LEVELS, shareEnumeration } from './share-enumeration.ts';
import { diskShares } from './shown-shares.ts';

/**
 * NetrShareEnumSticky (MS-SRVS 3.1.4.9): the shares that somebody made, which is all but IPC$. rpcclient's `netshareenum` asks for these.
 * Level 501 is not one of the call's.
 */
export const netrShareEnumSticky = shareEnumeration(
  36,
  LEVELS.filter((level) => level !== 501),
  diskShares,
);
