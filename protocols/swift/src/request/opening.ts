import type { Caller } from '@polynas/core/service';
import type { Request } from './request.ts';
import type { DoorContext } from './context.ts';

/**
 * A caller whose time limit ends with the opening of an object: how long its bytes then take is the client's pace, which
 * the front watches. Call `opened` when it is open or has failed.
 */
export function openingCaller(
  context: DoorContext,
  request: Request,
  caller: Caller,
): { readonly caller: Caller; readonly opened: () => void } {
  const { deadline: _, ...rest } = caller;
  const late = new AbortController();
  const timer = context.clock.after(context.timeLimit, () => late.abort());
  return {
    caller: { ...rest, signal: AbortSignal.any([request.signal, late.signal]) },
    opened: () => timer.cancel(),
  };
}
