import type { Clock } from './clock.ts';

export interface BudgetOptions {
  /** Bytes over all connections: requests being received or worked on, replies promised or not yet sent. */
  readonly limit: number;
  /** Bytes that each connection has beside the common ones, so that small calls go on when the common ones are used up. */
  readonly allowance: number;
  /** Milliseconds after which, when others wait, a peer that does not move is cut off. */
  readonly stall: number;
  readonly clock: Clock;
}

/** A connection as the budget sees it. */
export interface BudgetHolder {
  /** Since when (monotonic ms) the peer has left us waiting, to read replies or to complete a record; else `undefined`. */
  stalledSince(): number | undefined;
  /** Bytes have become free: try again. */
  resume(): void;
  /** Others wait and this peer does not move: close. */
  evict(): void;
}

interface Waiter {
  readonly account: BudgetAccount;
  readonly bytes: number;
}

/**
 * The memory that all connections share. What does not fit waits in order; when a peer that does not read or does not finish
 * its record is what the others wait for, it is cut off.
 */
export class ByteBudget {
  readonly options: BudgetOptions;
  private readonly accounts = new Set<BudgetAccount>();
  private waiters: Waiter[] = [];
  private usedBytes = 0;
  private waking = false;
  private watching = false;

  constructor(options: BudgetOptions) {
    this.options = options;
  }

  /** Bytes of the common part in use. */
  get used(): number {
    return this.usedBytes;
  }

  open(holder: BudgetHolder): BudgetAccount {
    const account = new BudgetAccount(this, holder);
    this.accounts.add(account);
    return account;
  }

  /** For accounts only. */
  charge(bytes: number): void {
    this.usedBytes += bytes;
    if (bytes < 0) this.wakeSoon();
  }

  /** For accounts only. */
  wait(account: BudgetAccount, bytes: number): void {
    this.waiters.push({ account, bytes });
    this.watch();
  }

  /** For accounts only. */
  leave(account: BudgetAccount): void {
    this.accounts.delete(account);
    this.waiters = this.waiters.filter((waiter) => waiter.account !== account);
    this.wakeSoon();
  }

  /** Not at once: bytes are given back in the middle of a connection's work, and a waiter's work may give back more. */
  private wakeSoon(): void {
    if (this.waking || this.waiters.length === 0) return;
    this.waking = true;
    queueMicrotask(() => {
      this.waking = false;
      this.wake();
    });
  }

  private wake(): void {
    for (let first = this.waiters[0]; first !== undefined && first.account.fits(first.bytes); first = this.waiters[0]) {
      this.waiters.shift();
      first.account.awake();
    }
  }

  private watch(): void {
    if (this.watching) return;
    this.watching = true;
    this.options.clock.after(this.options.stall, () => {
      this.watching = false;
      this.evictStalled();
      if (this.waiters.length > 0) this.watch();
    });
  }

  private evictStalled(): void {
    const before = this.options.clock.monotonic() - this.options.stall;
    const stalled: { account: BudgetAccount; since: number }[] = [];
    for (const account of this.accounts) {
      const since = account.charged > 0 ? account.holder.stalledSince() : undefined;
      if (since !== undefined && since <= before) stalled.push({ account, since });
    }
    stalled.sort((a, b) => a.since - b.since);
    for (const { account } of stalled) {
      const first = this.waiters[0];
      if (first === undefined || first.account.fits(first.bytes)) break;
      account.holder.evict();
    }
  }
}

/** One connection's share of the budget. */
export class BudgetAccount {
  readonly holder: BudgetHolder;
  private readonly budget: ByteBudget;
  private held = 0;
  private waiting = false;

  constructor(budget: ByteBudget, holder: BudgetHolder) {
    this.budget = budget;
    this.holder = holder;
  }

  /** Bytes held above the allowance. */
  get charged(): number {
    return this.above(this.held);
  }

  /** Whether `bytes` more may be taken now. */
  fits(bytes: number): boolean {
    const more = this.above(this.held + bytes) - this.charged;
    return more === 0 || this.budget.used + more <= this.budget.options.limit;
  }

  /** Counts bytes that are there already; whoever can wait asks `fits` first. */
  take(bytes: number): void {
    const before = this.charged;
    this.held += bytes;
    if (this.charged !== before) this.budget.charge(this.charged - before);
  }

  give(bytes: number): void {
    const before = this.charged;
    this.held -= bytes;
    if (this.charged !== before) this.budget.charge(this.charged - before);
  }

  /** Has the holder's `resume` called when `bytes` fit. */
  wait(bytes: number): void {
    if (this.waiting) return;
    this.waiting = true;
    this.budget.wait(this, bytes);
  }

  /** For the budget only. */
  awake(): void {
    this.waiting = false;
    this.holder.resume();
  }

  /** The connection is gone. Bytes that running calls still hold are given back as these settle. */
  close(): void {
    this.budget.leave(this);
  }

  private above(held: number): number {
    return Math.max(0, held - this.budget.options.allowance);
  }
}
