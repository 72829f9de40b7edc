import type { Reply } from '@polynas/http';
import type { DoorContext } from './request/context.ts';
import type { Granted } from './request/grant.ts';
import type { Request } from './request/request.ts';

/** One operation, before it is given its context. */
export type Handle = (context: DoorContext, request: Request) => Promise<Reply>;

/** The same, of one in a container that is there and may be used. */
export type ContainerHandle = (context: DoorContext, request: Request, granted: Granted) => Promise<Reply>;
