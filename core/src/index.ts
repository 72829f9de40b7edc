export { inlineHasher, littleContent } from './objects/index.ts';
export type { ContentHash, ContentHasher, RunningHash } from './objects/index.ts';
export { createCore } from './core.ts';
export type { Core, CoreOptions } from './core.ts';
export type { Clock, RandomSource } from './clock.ts';
export type { Declared, DeclaredShare } from './namespace/declared.ts';
export { memoryRegistryStore } from './namespace/registry/memory-store.ts';
export type {
  KeyRecord,
  PasswordHasher,
  RegistryState,
  RegistryStore,
  SecretBox,
  ShareRecord,
  UserRecord,
} from './namespace/registry/state.ts';
