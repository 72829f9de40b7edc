import { shareEnumeration } from './share-enumeration.ts';
import { diskShares } from './shown-shares.ts';

/** NetrShareEnumSticky (MS-SRVS 3.1.4.9): the shares that somebody made, which is all but IPC$. rpcclient's `netshareenum` asks for these. */
export const netrShareEnumSticky = shareEnumeration(36, diskShares);
