import { access, type AccessMask, type Attributes, type Caller, type Open, type Share } from '@polynas/core/service';
import type { CreateRequest } from '../../messages/create.ts';
import type { TreeContext } from '../../server/command-row.ts';
import type { SmbServices } from '../../server/services.ts';
import type { WantedAccess } from './access.ts';
import type { WantedByContexts } from './contexts.ts';
import type { Plan } from './disposition.ts';
import type { SmbPath } from './path.ts';

/** A CREATE on a disk share whose request was looked at. */
export interface Opening {
  readonly context: TreeContext;
  readonly services: SmbServices;
  readonly caller: Caller;
  readonly share: Share;
  readonly request: CreateRequest;
  readonly path: SmbPath;
  readonly wanted: WantedAccess;
  readonly contexts: WantedByContexts;
  /** Nothing may be changed through this door. */
  readonly readOnly: boolean;
}

/** What came of it. */
export interface Opened {
  readonly open: Open;
  readonly granted: AccessMask;
  readonly attributes: Attributes;
  readonly plan: Plan;
  /** Name of the stream, when it is one. */
  readonly stream: string | undefined;
  /** Bytes that were reserved beyond the content. */
  readonly reserved?: number;
}

/** Rights that emptying needs, beside those that were asked for (MS-FSA 2.1.5.1.2). */
export const OVERWRITING: AccessMask = access.writeData | access.writeAttributes;
