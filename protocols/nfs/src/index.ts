/** An NFSv3 server over a service: ONC RPC over TCP, MOUNT v3, a port mapper; and their parts. */
export type { ProcedureCodec } from './codec/procedure-codec.ts';
export { type MountTree, type ExportedPath, type Resolved } from './mount/mount-tree.ts';
export { MountList } from './mount/mount-list.ts';
export { mountProgram } from './mount/program.ts';
export {
  createNfsServer,
  type NfsAddresses,
  type NfsListenOptions,
  NfsServer,
  type NfsServerOptions,
} from './nfs-server.ts';
export { type Binding, bindingsOf } from './portmap/bindings.ts';
export { type PortmapOptions, portmapProgram } from './portmap/program.ts';
export { register, type Registration, SYSTEM_RPCBIND } from './portmap/registration.ts';
export { type BudgetOptions, ByteBudget } from '@polynas/core/wire';
export { RpcCallError, RpcClient, type RpcClientOptions, type RpcEndpoint } from './rpc/client.ts';
export { type Clock, systemClock } from '@polynas/core/wire';
export type { RpcObserver } from './rpc/connection.ts';
export { type Credentials } from './rpc/credentials.ts';
export { DEFAULT_BUDGET, DEFAULT_LIMITS, DEFAULT_REPLAYS, type RpcLimits } from './rpc/limits.ts';
export {
  type CallContext,
  type Peer,
  procedure,
  type Procedure,
  type ProcedureOptions,
  type Program,
  type ProgramVersion,
} from './rpc/program.ts';
export { RpcAuthError } from './rpc/refusal.ts';
export { ReplayCache, type ReplayCacheOptions } from './rpc/replay-cache.ts';
export type { NfsServices } from './services.ts';
export { RpcServer, type RpcServerOptions } from './rpc/server.ts';
