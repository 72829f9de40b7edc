import { Command } from '../messages/command.ts';
import type { bodies, ValueOf } from '../messages/table.ts';
import type { Rows } from '../server/call.ts';
import type { CommandRow } from '../server/command-row.ts';
import { echo } from './echo.ts';
import { ioctl } from './ioctl.ts';
import { logoff } from './logoff.ts';
import { negotiate } from './negotiate.ts';
import { oplockBreak } from './oplock-break.ts';
import { sessionSetup } from './session-setup.ts';
import { treeConnect } from './tree-connect.ts';
import { treeDisconnect } from './tree-disconnect.ts';

type Bodies = typeof bodies;
type TypedRows = {
  readonly [C in Exclude<Command, typeof Command.CANCEL>]?: CommandRow<
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
  [Command.IOCTL]: ioctl,
  [Command.ECHO]: echo,
  [Command.OPLOCK_BREAK]: oplockBreak,
} satisfies TypedRows;

/** The commands with their preconditions and handlers. CANCEL has no answer: the dispatcher obeys it. */
export const rows = typed as unknown as Rows;
