import type { Caller, Labels, LabelService, ShareId } from '../../service/index.ts';
import { StorageError } from '../../spi/index.ts';
import type { Registry } from '../registry/registry.ts';
import type { RegistryState, SecretBox } from '../registry/state.ts';
import { mayManage, requireManager } from '../shares/managers.ts';

/** Bytes of one bucket's or account's labels: Swift's limits are far below, and all of them lie in memory. */
const maxBytes = 65_536;

const none: Labels = { headers: {}, user: {} };

const shareKey = (share: ShareId): string => `share:${share}`;
const tenantKey = (tenant: string): string => `tenant:${tenant}`;

export class LabelStore implements LabelService {
  readonly #registry: Registry;
  readonly #secretBox: SecretBox;
  /** What was asked for, by its sealed form; it goes with that. */
  readonly #opened = new Map<string, Labels>();

  constructor(registry: Registry, secretBox: SecretBox) {
    this.#registry = registry;
    this.#secretBox = secretBox;
    let labels: RegistryState['labels'];
    registry.watch((state) => {
      if (state.labels === labels) return;
      labels = state.labels;
      const sealed = new Set(Object.values(labels ?? {}));
      for (const old of this.#opened.keys()) if (!sealed.has(old)) this.#opened.delete(old);
    });
  }

  ofShare(share: ShareId): Labels {
    return this.#read(this.#registry.state, shareKey(share));
  }

  ofTenant(tenant: string): Labels {
    return this.#read(this.#registry.state, tenantKey(tenant));
  }

  async changeShare(caller: Caller, share: ShareId, change: (present: Labels) => Labels): Promise<Labels> {
    return this.#change(shareKey(share), change, (state) => {
      const record = state.shares.find(({ id, removing }) => id === share && !removing);
      if (record === undefined) throw new StorageError('notFound', 'no such share');
      requireManager(state, caller, record);
      if (caller.readOnly || record.readOnly) throw new StorageError('readOnly');
    });
  }

  async changeTenant(caller: Caller, tenant: string, change: (present: Labels) => Labels): Promise<Labels> {
    return this.#change(tenantKey(tenant), change, (state) => {
      if (!state.tenants.some(({ name }) => name === tenant)) throw new StorageError('notFound', 'no such tenant');
      if (!mayManage(state, caller, tenant)) throw new StorageError('accessDenied');
    });
  }

  async #change(
    key: string,
    change: (present: Labels) => Labels,
    check: (state: RegistryState) => void,
  ): Promise<Labels> {
    return this.#registry.update((state) => {
      check(state);
      const labels = change(this.#read(state, key));
      const text = JSON.stringify(labels);
      if (Buffer.byteLength(text) > maxBytes) throw new StorageError('tooLarge', 'labels');
      const { [key]: _old, ...others } = state.labels ?? {};
      const isEmpty = [labels.headers, labels.user].every((each) => Object.keys(each).length === 0);
      const kept = { ...withoutGone(state, others), ...(isEmpty ? {} : { [key]: this.#secretBox.seal(text) }) };
      return { state: { ...state, labels: kept }, result: labels };
    });
  }

  #read(state: RegistryState, key: string): Labels {
    const sealed = state.labels?.[key];
    if (sealed === undefined) return none;
    let labels = this.#opened.get(sealed);
    if (labels === undefined) {
      labels = JSON.parse(this.#secretBox.open(sealed)) as Labels;
      this.#opened.set(sealed, labels);
    }
    return labels;
  }
}

/** Ids of shares are never used again: labels of those that were removed mean nothing, and go with the next change. */
function withoutGone(state: RegistryState, labels: Readonly<Record<string, string>>): Record<string, string> {
  const there = new Set(state.shares.map(({ id }) => shareKey(id)));
  return Object.fromEntries(Object.entries(labels).filter(([key]) => !key.startsWith('share:') || there.has(key)));
}
