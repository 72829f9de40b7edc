import type { Services } from '@polynas/core/service';
import { type Clock, PayloadBuffers } from '@polynas/core/wire';
import type { ConnectionLimits, HttpServer } from '@polynas/http';
import { Admission } from '@polynas/http';
import type { TokenLimits } from './auth/tokens.ts';
import { defaultTokenLimits, Tokens } from './auth/tokens.ts';
import type { SwiftAnswer } from './http/front.ts';
import { listenSwift } from './http/server.ts';
import type { SwiftLimits } from './limits.ts';
import { defaultLimits } from './limits.ts';

export interface SwiftDoorOptions {
  /** Address and port to listen on. */
  readonly host: string;
  readonly port: number;
  /** Name of the region in catalogues; default `RegionOne`. */
  readonly region?: string;
  /** Where clients reach the door, without a path (`https://swift.example.org`); absent: what their `Host` header says. */
  readonly publicUrl?: string;
  readonly clock: Clock;
  /** Cryptographically random bytes. */
  readonly random: (length: number) => Uint8Array;
  readonly limits?: Partial<SwiftLimits>;
  readonly connections?: Partial<ConnectionLimits>;
  readonly tokens?: Partial<TokenLimits>;
  /** Milliseconds that an operation may take, the transfer of its body not counted; default `defaultTimeLimit`. */
  readonly timeLimit?: number;
  /** Told of every answered request; must not throw. */
  readonly onAnswer?: (answer: SwiftAnswer) => void;
}

/** Milliseconds. Long, because the first HEAD of a large file that came by another door hashes it. */
export const defaultTimeLimit = 600_000;

/** Bytes of buffers for the payload of GETs that are kept while nobody reads. */
const payloadsKept = 16 * 1024 * 1024;

/** Opens the Swift door over the core's services: object storage, and the tokens that it takes. */
export function listenSwiftDoor(
  services: Pick<Services, 'objects' | 'shares' | 'accounts' | 'labels'>,
  options: SwiftDoorOptions,
): Promise<HttpServer> {
  const { host, port, clock, random, publicUrl, onAnswer, connections } = options;
  const { objects, shares, accounts, labels } = services;
  const limits = { ...defaultLimits, ...options.limits };
  const context = {
    objects,
    shares,
    accounts,
    labels,
    clock,
    random,
    tokens: new Tokens(accounts, clock, random, { ...defaultTokenLimits, ...options.tokens }),
    passwordChecks: new Admission(limits.passwordChecks, limits.passwordsWaiting),
    limits,
    payloads: new PayloadBuffers(payloadsKept),
    region: options.region ?? 'RegionOne',
    timeLimit: options.timeLimit ?? defaultTimeLimit,
  };
  return listenSwift({ context, publicUrl, onAnswer, connections }, { host, port });
}
