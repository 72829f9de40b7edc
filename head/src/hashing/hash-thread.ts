/** What runs in a hashing thread. Whatever fails here ends the thread, and with it the hashes that it has. */
import type { Hash } from 'node:crypto';
import { createHash } from 'node:crypto';
import { parentPort } from 'node:worker_threads';
import type { HashReply, HashRequest } from './hash-messages.ts';

if (parentPort === null) throw new Error('hash-thread runs in a worker');
const port = parentPort;
const running = new Map<number, Hash>();

function hashOf(id: number, algorithm: string): Hash {
  let hash = running.get(id);
  if (hash === undefined) {
    hash = createHash(algorithm);
    running.set(id, hash);
  }
  return hash;
}

function reply(message: HashReply): void {
  port.postMessage(message);
}

port.on('message', (request: HashRequest) => {
  switch (request.ask) {
    case 'update':
      hashOf(request.id, request.hash).update(new Uint8Array(request.memory, request.offset, request.length));
      reply({ id: request.id });
      return;
    case 'digest': {
      const digest = hashOf(request.id, request.hash).digest();
      running.delete(request.id);
      reply({ id: request.id, digest });
      return;
    }
    case 'abandon':
      running.delete(request.id);
  }
});
