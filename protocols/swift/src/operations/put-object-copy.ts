import { badRequest } from '../errors.ts';
import type { ContainerHandle } from '../operation.ts';
import { openContainer } from '../request/grant.ts';
import { parsePlace } from '../routing/target.ts';
import { accountOf } from './copy-object.ts';
import { copy } from './copy.ts';

/** `PUT` with `X-Copy-From`: a copy named from its target. */
export const putObjectCopy: ContainerHandle = async (context, request, to) => {
  const { headers, target, body } = request;
  if (body.length !== 0) throw badRequest('Copy requests require a zero byte body');
  const place = parsePlace('X-Copy-From', headers.get('x-copy-from') ?? '');
  const account = accountOf(headers.get('x-copy-from-account')) ?? target.account;
  const from = openContainer(context, request, { account, container: place.container }, 'read');
  return copy(
    context,
    request,
    { ...from, account, object: place.object },
    { ...to, account: target.account, object: target.object },
  );
};
