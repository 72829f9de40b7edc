import type { Core } from '@polynas/core';
import type { Logger } from 'pino';
import type { Settings } from '../config/settings.ts';
import type { RunningDoor } from './door.ts';
import { listenError } from './door.ts';
import { createServer } from 'node:net';

export class S3Door implements RunningDoor {
  readonly listening: { readonly address: string; readonly port: number };
  readonly #server: import('node:net').Server;
  private constructor(listening: S3Door['listening'], server: import('node:net').Server) {
    this.listening = listening;
    this.#server = server;
  }
  static async open(_core: Core, settings: Settings['doors']['s3'], _logger: Logger): Promise<S3Door> {
    const { address, port } = settings;
    const server = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error) => reject(listenError('doors.s3', address, port, error)));
      server.listen(port, address, resolve);
    });
    return new S3Door({ address, port }, server);
  }
  readonly status = () => ({ name: 's3', address: this.listening.address, port: this.listening.port, connections: 0 });
  stop(_grace: number): Promise<void> {
    return new Promise((resolve) => void this.#server.close(() => resolve()));
  }
}
