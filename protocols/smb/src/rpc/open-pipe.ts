import type { RpcPipe } from '../server/pipe-open.ts';
import type { RpcContext } from './context.ts';
import { lsarpc } from './lsarpc/lsarpc.ts';
import { PipeMemory } from './pipe-memory.ts';
import type { RpcInterface } from './rpc-interface.ts';
import { ServicePipe } from './service-pipe.ts';
import { srvsvc } from './srvsvc/srvsvc.ts';
import { wkssvc } from './wkssvc/wkssvc.ts';

const SERVICES: ReadonlyMap<string, RpcInterface> = new Map([
  ['srvsvc', srvsvc],
  ['wkssvc', wkssvc],
  ['lsarpc', lsarpc],
]);

/** One for each server, which its services stand for. */
const memories = new WeakMap<RpcContext['services'], PipeMemory>();

function memoryOf({ services }: RpcContext): PipeMemory {
  const memory = memories.get(services) ?? new PipeMemory();
  memories.set(services, memory);
  return memory;
}

/**
 * A new instance of the pipe of IPC$ that is named so, without regard to case. Whoever opens it closes it: what it holds counts until then.
 * @param name as CREATE has it: without `\` or `PIPE\`
 * @returns `undefined` when there is no such pipe (OBJECT_NAME_NOT_FOUND)
 */
export function openPipe(name: string, context: RpcContext): RpcPipe | undefined {
  const service = SERVICES.get(name.toLowerCase());
  return service === undefined ? undefined : new ServicePipe(service, context, memoryOf(context));
}
