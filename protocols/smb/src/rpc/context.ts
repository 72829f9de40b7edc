import type { Principal } from '@polynas/core/service';
import type { Clock } from '@polynas/core/wire';
import type { SmbObserver, SmbParts } from '../server/parts.ts';
import type { SmbServices } from '../server/services.ts';
import type { ContextHandles } from './context-handles.ts';

/** What the services behind the pipes work with, and for whom. */
export interface RpcContext {
  readonly services: Pick<SmbServices, 'accounts' | 'shares'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly random: SmbParts['random'];
  readonly observer: Pick<SmbObserver, 'fault'>;
  /** NetBIOS name. */
  readonly serverName: string;
  /** 16 bytes. */
  readonly serverGuid: Uint8Array;
  /** Who opened the pipe, and in which tenant names are looked up. */
  readonly principal: Principal;
  readonly tenant: string;
}

/** What a call gets beside its request. */
export interface RpcCall extends RpcContext {
  readonly handles: ContextHandles;
}

/** Of a server that is a member of no domain. */
export const WORKGROUP = 'WORKGROUP';
