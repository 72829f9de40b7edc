/** An SMB 2 and 3 server over a service. */
export type { ConnectionLimits } from './connection/limits.ts';
export { NtStatus } from './nt-status.ts';
export { ntHash } from './ntlm/nt-hash.ts';
export type { Pipes, SmbObserver } from './server/parts.ts';
export type { PipeMessage, RpcPipe } from './server/pipe-open.ts';
export { DEFAULT_BUDGET, DEFAULT_LIMITS, type ServerLimits } from './server/server-limits.ts';
export type { SmbServices } from './server/services.ts';
export type { Session } from './server/session.ts';
export { createSmbServer, type SmbServer, type SmbServerOptions } from './server/smb-server.ts';
export { StatusError } from './status.ts';
