import type { RegistryState, RegistryStore } from './state.ts';

/** A registry that ends with the process, for tests and examples. */
export function memoryRegistryStore(initial?: RegistryState): RegistryStore {
  let kept = initial;
  return {
    load: () => Promise.resolve(kept),
    save: (state) => {
      kept = structuredClone(state);
      return Promise.resolve();
    },
  };
}
