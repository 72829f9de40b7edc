import type { Headers } from '@polynas/http';
import { SwiftError } from '../errors.ts';
import type { Token } from '../auth/tokens.ts';
import type { DoorContext } from './context.ts';

/** Who asks: one who shows a token, or nobody. */
export interface Identity {
  readonly token?: Token;
}

/** A token that is shown has to be good, also where none is needed. Throws `Unauthorized`. */
export function identify(context: DoorContext, headers: Headers): Identity {
  const id = headers.get('x-auth-token') ?? headers.get('x-storage-token');
  if (id === undefined || id === '') return {};
  const token = context.tokens.find(id);
  if (token === undefined) throw unauthorized();
  return { token };
}

export function unauthorized(account = 'unknown'): SwiftError {
  return new SwiftError('Unauthorized', {
    headers: { 'www-authenticate': `Swift realm="${encodeURIComponent(account)}"` },
  });
}

/** What is refused: nobody may come back with a token, somebody may not. */
export function refusal({ token }: Identity, account: string): SwiftError {
  return token === undefined ? unauthorized(`AUTH_${account}`) : new SwiftError('Forbidden');
}
