import { Command } from '../messages/command.ts';
import type { bodies, ValueOf } from '../messages/table.ts';
import type { Rows } from '../server/call.ts';
import type { CommandRow } from '../server/command-row.ts';
import { changeNotify } from './change-notify/change-notify.ts';
import { close } from './close.ts';
import { create } from './create/create.ts';
import { echo } from './echo.ts';
import { flush } from './flush.ts';
import { ioctl } from './ioctl.ts';
import { lock } from './lock.ts';
import { logoff } from './logoff.ts';
import { negotiate } from './negotiate.ts';
import { oplockBreak } from './oplock-break.ts';
import { queryDirectory } from './query-directory.ts';
import { queryInfo } from './query-info/query-info.ts';
import { read } from './read.ts';
import { sessionSetup } from './session-setup.ts';
import { setInfo } from './set-info/set-info.ts';
import { treeConnect } from './tree-connect.ts';
import { treeDisconnect } from './tree-disconnect.ts';
import { write } from './write.ts';

type Bodies = typeof bodies;
type TypedRows = {
  readonly [C in Exclude<Command, typeof Command.CANCEL>]: CommandRow<
    ValueOf<Bodies[C]['request']>,
    ValueOf<Bodies[C]['response']>
  >;
};

const typed = {
  [Command.NEGOTIATE]: negotiate,
  [Command.SESSION_SETUP]: sessionSetup,
  [Command.LOGOFF]: logoff,
  [Command.TREE_CONNECT]: treeConnect,
  [Command.TREE_DISCONNECT]: treeDisconnect,
  [Command.CREATE]: create,
  [Command.CLOSE]: close,
  [Command.FLUSH]: flush,
  [Command.READ]: read,
  [Command.WRITE]: write,
  [Command.LOCK]: lock,
  [Command.IOCTL]: ioctl,
  [Command.ECHO]: echo,
  [Command.QUERY_DIRECTORY]: queryDirectory,
  [Command.CHANGE_NOTIFY]: changeNotify,
  [Command.QUERY_INFO]: queryInfo,
  [Command.SET_INFO]: setInfo,
  [Command.OPLOCK_BREAK]: oplockBreak,
} satisfies TypedRows;

/** The commands with their preconditions and handlers. CANCEL has no answer: the dispatcher obeys it. */
export const rows = typed as unknown as Rows;
