import { refusedEnumeration } from './refused-enumeration.ts';

/** NetrSessionEnum (MS-SRVS 3.1.4.5). */
export const netrSessionEnum = refusedEnumeration(12, ['serverName', 'clientName', 'userName'], [0, 1, 2, 10, 502]);
