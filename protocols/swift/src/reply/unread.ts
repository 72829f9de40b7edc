import type { StreamedBody } from '@polynas/http';

/** A body that only has a length. */
export function unread(length: number): StreamedBody {
  return {
    length,
    source: {
      read: () => Promise.reject(new Error('HEAD: a body was asked for')),
      close: () => Promise.resolve(),
    },
  };
}
