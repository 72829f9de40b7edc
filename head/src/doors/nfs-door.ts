import type { Core } from '@polynas/core';
import type { Logger } from 'pino';
import type { Settings } from '../config/settings.ts';
import type { HeadKey } from '../state/head-key.ts';
import type { RunningDoor } from './door.ts';
import { listenError } from './door.ts';
import { createServer } from 'node:net';

export class NfsDoor implements RunningDoor {
  readonly listening: { readonly address: string; readonly port: number; readonly mountPort: number };
  readonly #server: import('node:net').Server;
  private constructor(listening: NfsDoor['listening'], server: import('node:net').Server) {
    this.listening = listening;
    this.#server = server;
  }
  static async open(_core: Core, _key: HeadKey, settings: Settings['doors']['nfs'], _logger: Logger): Promise<NfsDoor> {
    const { address, port, mountPort = port } = settings;
    const server = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error) => reject(listenError('doors.nfs', address, port, error)));
      server.listen(port, address, resolve);
    });
    return new NfsDoor({ address, port, mountPort }, server);
  }
  readonly status = () => ({ name: 'nfs', address: this.listening.address, port: this.listening.port, connections: 0 });
  stop(_grace: number): Promise<void> {
    return new Promise((resolve) => void this.#server.close(() => resolve()));
  }
}
