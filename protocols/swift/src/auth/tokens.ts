import type { AccountService, Principal, User } from '@polynas/core/service';
import type { Clock } from '@polynas/core/wire';

/** What somebody proved, for some time. */
export interface Token {
  /** `AUTH_tk` and 128 random bits. */
  readonly id: string;
  readonly user: User;
  readonly principal: Principal;
  /** Milliseconds since 1970. */
  readonly issuedAt: number;
  readonly expiresAt: number;
  /** Keystone v3's names of what it was proved by. */
  readonly methods: readonly string[];
  /** Keystone's names of the whole chain that the token came by. */
  readonly auditId: string;
}

export interface TokenLimits {
  /** Milliseconds that a token is good for; default a day, as with OpenStack's tempauth. */
  readonly life: number;
  /** Tokens at one time, of all users; default 10,000. */
  readonly all: number;
  /** Tokens of one user at one time; default 500. Beyond either, the oldest ends. */
  readonly each: number;
}

export const defaultTokenLimits: TokenLimits = { life: 86_400_000, all: 10_000, each: 500 };

/** Opaque tokens, held in memory: after a restart clients get 401 and ask for new ones by themselves. */
export class Tokens {
  readonly #accounts: Pick<AccountService, 'userByName' | 'principalOf'>;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #random: (length: number) => Uint8Array;
  readonly #limits: TokenLimits;
  readonly #tokens = new Map<string, Token>();
  readonly #byUser = new Map<string, Set<string>>();

  constructor(
    accounts: Pick<AccountService, 'userByName' | 'principalOf'>,
    clock: Pick<Clock, 'now'>,
    random: (length: number) => Uint8Array,
    limits: TokenLimits,
  ) {
    this.#accounts = accounts;
    this.#clock = clock;
    this.#random = random;
    this.#limits = limits;
  }

  /** @param until milliseconds since 1970: no later than this, as of a token that was made by another one */
  issue(user: User, methods: readonly string[], until = Infinity): Token {
    const issuedAt = this.#clock.now();
    const token: Token = {
      id: `AUTH_tk${Buffer.from(this.#random(16)).toString('hex')}`,
      user,
      principal: this.#accounts.principalOf(user),
      issuedAt,
      expiresAt: Math.min(issuedAt + this.#limits.life, until),
      methods,
      auditId: Buffer.from(this.#random(16)).toString('base64url'),
    };
    const own = this.#byUser.get(user.id) ?? new Set();
    this.#byUser.set(user.id, own.add(token.id));
    this.#tokens.set(token.id, token);
    const oldestOwn = own.size > this.#limits.each ? first(own) : undefined;
    const oldest = this.#tokens.size > this.#limits.all ? first(this.#tokens.keys()) : undefined;
    for (const id of [oldestOwn, oldest]) if (id !== undefined) this.revoke(id);
    return token;
  }

  /** `undefined` for what was never given, has expired, was revoked, or whose user has changed since, be it only the password. */
  find(id: string): Token | undefined {
    const token = this.#tokens.get(id);
    if (token === undefined) return undefined;
    const { user, expiresAt } = token;
    const now = this.#accounts.userByName(user.tenant, user.name);
    if (now === user && !user.disabled && this.#clock.now() < expiresAt) return token;
    this.revoke(id);
    return undefined;
  }

  revoke(id: string): void {
    const token = this.#tokens.get(id);
    if (token === undefined) return;
    this.#tokens.delete(id);
    const own = this.#byUser.get(token.user.id);
    own?.delete(id);
    if (own?.size === 0) this.#byUser.delete(token.user.id);
  }

  get size(): number {
    return this.#tokens.size;
  }
}

function first<T>(values: Iterable<T>): T | undefined {
  for (const value of values) return value;
  return undefined;
}
