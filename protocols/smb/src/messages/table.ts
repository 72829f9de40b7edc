import type { Codec } from './codec.ts';
import { cancelRequest } from './cancel.ts';
import { changeNotifyRequest, changeNotifyResponse } from './change-notify.ts';
import { closeRequest, closeResponse } from './close.ts';
import { Command } from './command.ts';
import { createRequest, createResponse } from './create.ts';
import { echoRequest, echoResponse } from './echo.ts';
import { flushRequest, flushResponse } from './flush.ts';
import { ioctlRequest, ioctlResponse } from './ioctl.ts';
import { lockRequest, lockResponse } from './lock.ts';
import { logoffRequest, logoffResponse } from './logoff.ts';
import { negotiateRequest, negotiateResponse } from './negotiate.ts';
import { oplockBreakRequest, oplockBreakResponse } from './oplock-break.ts';
import { queryDirectoryRequest, queryDirectoryResponse } from './query-directory.ts';
import { queryInfoRequest, queryInfoResponse } from './query-info.ts';
import { readRequest, readResponse } from './read.ts';
import { sessionSetupRequest, sessionSetupResponse } from './session-setup.ts';
import { setInfoRequest, setInfoResponse } from './set-info.ts';
import { treeConnectRequest, treeConnectResponse } from './tree-connect.ts';
import { treeDisconnectRequest, treeDisconnectResponse } from './tree-disconnect.ts';
import { writeRequest, writeResponse } from './write.ts';

/** The value that a codec is of. */
export type ValueOf<C> = C extends Codec<infer T> ? T : never;

/** The bodies of each command. CANCEL has no response. */
export const bodies = {
  [Command.NEGOTIATE]: { request: negotiateRequest, response: negotiateResponse },
  [Command.SESSION_SETUP]: { request: sessionSetupRequest, response: sessionSetupResponse },
  [Command.LOGOFF]: { request: logoffRequest, response: logoffResponse },
  [Command.TREE_CONNECT]: { request: treeConnectRequest, response: treeConnectResponse },
  [Command.TREE_DISCONNECT]: { request: treeDisconnectRequest, response: treeDisconnectResponse },
  [Command.CREATE]: { request: createRequest, response: createResponse },
  [Command.CLOSE]: { request: closeRequest, response: closeResponse },
  [Command.FLUSH]: { request: flushRequest, response: flushResponse },
  [Command.READ]: { request: readRequest, response: readResponse },
  [Command.WRITE]: { request: writeRequest, response: writeResponse },
  [Command.LOCK]: { request: lockRequest, response: lockResponse },
  [Command.IOCTL]: { request: ioctlRequest, response: ioctlResponse },
  [Command.CANCEL]: { request: cancelRequest, response: undefined },
  [Command.ECHO]: { request: echoRequest, response: echoResponse },
  [Command.QUERY_DIRECTORY]: { request: queryDirectoryRequest, response: queryDirectoryResponse },
  [Command.CHANGE_NOTIFY]: { request: changeNotifyRequest, response: changeNotifyResponse },
  [Command.QUERY_INFO]: { request: queryInfoRequest, response: queryInfoResponse },
  [Command.SET_INFO]: { request: setInfoRequest, response: setInfoResponse },
  [Command.OPLOCK_BREAK]: { request: oplockBreakRequest, response: oplockBreakResponse },
} as const satisfies Record<Command, { request: object; response: object | undefined }>;

export function isCommand(code: number): code is Command {
  return code in bodies;
}
