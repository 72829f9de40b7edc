import { refusedEnumeration } from './refused-enumeration.ts';

/** NetrFileEnum (MS-SRVS 3.1.4.2). */
export const netrFileEnum = refusedEnumeration(9, ['serverName', 'basePath', 'userName'], [2, 3]);
