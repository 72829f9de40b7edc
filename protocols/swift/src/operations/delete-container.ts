import type { ContainerHandle } from '../operation.ts';

/** Removes an empty container; the core says who may. */
export const deleteContainer: ContainerHandle = async (context, _request, { share, caller }) => {
  await context.shares.remove(caller, share.id);
  return { status: 204, headers: { 'content-type': 'text/html; charset=UTF-8' } };
};
