import type { ContentHash } from '@polynas/core';

/** To a hashing thread. `id` names one running hash; one message per hash is unanswered at a time. */
export type HashRequest =
  | {
      readonly ask: 'update';
      readonly id: number;
      readonly hash: ContentHash;
      /** Read where it is: nobody changes it until the answer. */
      readonly memory: SharedArrayBuffer;
      readonly offset: number;
      readonly length: number;
    }
  | { readonly ask: 'digest'; readonly id: number; readonly hash: ContentHash }
  /** Not answered. */
  | { readonly ask: 'abandon'; readonly id: number };

/** From it, in the order of the requests. */
export interface HashReply {
  readonly id: number;
  /** After `digest`. */
  readonly digest?: Uint8Array;
}
