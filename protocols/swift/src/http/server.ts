import type { ConnectionLimits, HttpServer } from '@polynas/http';
import { defaultConnectionLimits, HttpFront, listenHttp } from '@polynas/http';
import { toSwiftError } from '../status.ts';
import type { SwiftConversationOptions } from './front.ts';
import { SwiftConversation } from './front.ts';
import { TransactionIdSource } from './transaction-ids.ts';

export interface SwiftServerOptions extends SwiftConversationOptions {
  readonly connections: Partial<ConnectionLimits> | undefined;
}

/** Starts the server. Rejects when the address cannot be bound. */
export async function listenSwift(
  options: SwiftServerOptions,
  listen: { readonly host: string; readonly port: number },
): Promise<HttpServer> {
  const { clock, random, limits } = options.context;
  const ids = new TransactionIdSource(random, () => clock.now());
  return listenHttp(
    {
      front: new HttpFront({
        dialect: (exchange) => new SwiftConversation(options, exchange, ids.next()),
        clock,
        limits,
      }),
      limits: { ...defaultConnectionLimits, ...options.connections },
      clock,
      refuse: (fault) => {
        const { status, contentType, body } = toSwiftError(fault);
        return { status, headers: { 'X-Trans-Id': ids.next(), 'Content-Type': contentType }, body };
      },
    },
    listen,
  );
}
