import type { ContentHash } from '@polynas/core';

/** To a hashing thread. `id` names one running hash; one message per hash is unanswered at a time. */
export type HashRequest =
  | {
      readonly ask: 'update';
      readonly id: number;
      readonly hash: ContentHash;
      /** Shared: nobody changes it until the answer. Else the thread's own. */
      readonly memory: ArrayBuffer | SharedArrayBuffer;
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
