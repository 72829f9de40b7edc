import type { Handle } from '../operation.ts';
import { methodsOf } from '../routing/route.ts';

/** Which methods a place knows (RFC 9110 §9.3.7). */
export const options: Handle = async (_context, { target }) => ({
  status: 200,
  headers: { allow: methodsOf(target).join(', ') },
});
