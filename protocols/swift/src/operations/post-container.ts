import type { ContainerHandle } from '../operation.ts';
import { changedLabels } from '../request/metadata.ts';

/** Changes a container's metadata and access lists; what is not named stays. */
export const postContainer: ContainerHandle = async (context, request, { share, caller }) => {
  const change = changedLabels(request.headers, 'container') ?? ((present) => present);
  await context.labels.changeShare(caller, share.id, change);
  return { status: 204, headers: { 'content-type': 'text/html; charset=UTF-8' } };
};
