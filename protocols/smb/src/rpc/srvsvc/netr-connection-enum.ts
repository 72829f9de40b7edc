import { refusedEnumeration } from './refused-enumeration.ts';

/** NetrConnectionEnum (MS-SRVS 3.1.4.1). */
export const netrConnectionEnum = refusedEnumeration(8, ['serverName', 'qualifier'], [0, 1]);
