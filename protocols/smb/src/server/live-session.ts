import type { Principal, StateService, User } from '@polynas/core/service';
import type { Encryption } from '../crypto/encryption.ts';
import type { Signing } from '../crypto/signing.ts';
import type { SmbOpen } from './open.ts';
import type { ServerLimits } from './server-limits.ts';
import type { SmbServices } from './services.ts';
import type { Session } from './session.ts';
import type { Tree } from './tree.ts';

/** A request as its session sees it. */
export interface SessionCall {
  readonly tree: Tree | undefined;
  /** Aborts its signal. */
  cancel(): void;
  /** Settles when it is answered, or never will be. */
  readonly settled: Promise<void>;
}

export interface SessionFields {
  readonly id: bigint;
  readonly limits: Pick<ServerLimits, 'maxTrees' | 'maxOpens'>;
  /** Called as soon as it ends: it is not to be found any more. */
  readonly onEnd: () => void;
  readonly state: Pick<StateService, 'releaseClient'>;
  readonly observer: { fault(error: unknown): void };
  readonly user: User;
  readonly principal: Principal;
  readonly signing: Signing;
  /** Makes it when it is first needed; absent where the dialect or the server has none. */
  readonly encryption: (() => Encryption) | undefined;
  readonly encryptData: boolean;
}

/** A session that is valid, or has ended (MS-SMB2 3.3.1.8). */
export class LiveSession implements Session {
  readonly id: bigint;
  readonly signing: Signing;
  readonly encryptData: boolean;
  readonly trees = new Map<number, Tree>();
  readonly opens = new Map<bigint, SmbOpen>();
  /** Requests that run. */
  readonly calls = new Set<SessionCall>();
  private readonly fields: SessionFields;
  private user: User;
  private who: Principal;
  private lastTreeId = 0;
  private ending: Promise<void> | undefined;
  private sealing: Encryption | undefined;
  private mayHold = false;

  constructor(fields: SessionFields) {
    this.fields = fields;
    this.id = fields.id;
    this.signing = fields.signing;
    this.encryptData = fields.encryptData;
    this.user = fields.user;
    this.who = fields.principal;
  }

  get principal(): Principal {
    return this.who;
  }

  get tenant(): string {
    return this.who.tenant;
  }

  get openerClient(): string {
    // Nobody asks who does not mean to hold something by this name.
    this.mayHold = true;
    return `smb-session-${this.id.toString(16)}`;
  }

  get ended(): boolean {
    return this.ending !== undefined;
  }

  get encryption(): Encryption | undefined {
    this.sealing ??= this.fields.encryption?.();
    return this.sealing;
  }

  get full(): boolean {
    return this.opens.size >= this.fields.limits.maxOpens;
  }

  /** Whether the user may still act. Takes over what was changed about them, groups for one. */
  refresh(accounts: SmbServices['accounts']): boolean {
    const user = accounts.userByName(this.user.tenant, this.user.name);
    if (user === this.user) return true;
    if (user === undefined || user.disabled || user.id !== this.user.id) return false;
    this.user = user;
    this.who = accounts.principalOf(user);
    return true;
  }

  newTreeId(): number | undefined {
    if (this.trees.size >= this.fields.limits.maxTrees) return undefined;
    do {
      // 0 means none, and all ones is what related messages carry.
      this.lastTreeId = (this.lastTreeId % 0xffff_fffe) + 1;
    } while (this.trees.has(this.lastTreeId));
    return this.lastTreeId;
  }

  async disconnect(tree: Tree, by?: object): Promise<void> {
    if (!this.trees.delete(tree.id)) return;
    await this.finish(
      (call) => call !== by && call.tree === tree,
      (open) => open.treeId === tree.id,
    );
  }

  end(by?: object): Promise<void> {
    this.ending ??= this.release(by);
    return this.ending;
  }

  private async release(by: object | undefined): Promise<void> {
    this.fields.onEnd();
    this.trees.clear();
    await this.finish(
      (call) => call !== by,
      () => true,
    );
    // Core looks through all that anybody holds.
    if (this.mayHold) await this.fields.state.releaseClient(this.openerClient);
  }

  /** Closes twice: what is open now at once, and what requests opened that were running. */
  private async finish(isOver: (call: SessionCall) => boolean, isLost: (open: SmbOpen) => boolean): Promise<void> {
    const calls = [...this.calls].filter(isOver);
    for (const call of calls) call.cancel();
    await this.close(isLost);
    await Promise.all(calls.map((call) => call.settled));
    await this.close(isLost);
  }

  private async close(isLost: (open: SmbOpen) => boolean): Promise<void> {
    const lost = [...this.opens.values()].filter(isLost);
    for (const open of lost) this.opens.delete(open.fileId.volatile);
    const closed = await Promise.allSettled(lost.map((open) => open.close()));
    for (const result of closed) if (result.status === 'rejected') this.fields.observer.fault(result.reason);
  }
}
