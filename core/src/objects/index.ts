export { inlineHasher, littleContent } from './content/hasher.ts';
export type { ContentHash, ContentHasher, RunningHash } from './content/hasher.ts';
export { createObjectService } from './service.ts';
export type { ObjectServiceOptions, Objects } from './service.ts';
export { RestampedContents } from './record/known-contents.ts';
