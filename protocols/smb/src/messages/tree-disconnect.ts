import { emptyBody } from './empty-body.ts';

/** TREE_DISCONNECT Request (MS-SMB2 2.2.11). */
export const treeDisconnectRequest = emptyBody;

/** TREE_DISCONNECT Response (MS-SMB2 2.2.12). */
export const treeDisconnectResponse = emptyBody;
