import type { Caller, Share } from '@polynas/core/service';
import type { OperationContext } from './context.ts';
import type { Request } from './handle.ts';

/** Who acts, for the core. `share` decides whether the door is read-only; without one, at service level, it is not. */
export function callerOf(context: OperationContext, request: Request, share?: Share): Caller {
  return {
    principal: request.principal,
    door: 's3',
    client: request.clientAddress,
    patience: 'wait',
    // A request is open, use and close in one: what a local open is refused, S3 is refused. The leniency of doors whose clients
    // had an open before would show what may only be executed, and let owners overwrite what they made read-only.
    stateless: false,
    readOnly: share?.doors.s3?.readOnly ?? false,
    signal: request.signal,
    deadline: context.clock.monotonic() + context.timeLimit + (request.body.length / context.uploadRate) * 1000,
  };
}

/**
 * A caller whose time limit ends with the opening of an object: how long its bytes then take is the client's pace, which
 * the front watches. Call `opened` when it is open or has failed.
 */
export function openingCaller(
  context: OperationContext,
  request: Request,
  share: Share,
): { readonly caller: Caller; readonly opened: () => void } {
  const { deadline: _, ...caller } = callerOf(context, request, share);
  const late = new AbortController();
  const timer = context.clock.after(context.timeLimit, () => late.abort());
  return {
    caller: { ...caller, signal: AbortSignal.any([request.signal, late.signal]) },
    opened: () => timer.cancel(),
  };
}
