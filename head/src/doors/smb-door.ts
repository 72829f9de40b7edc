import { hostname } from 'node:os';
import type { Core } from '@polynas/core';
import type { Logger } from 'pino';
import type { SmbObserver, SmbServer } from 'smb2-server';
import { createSmbServer } from 'smb2-server';
import type { Settings } from '../config/settings.ts';
import type { HeadKey } from '../state/head-key.ts';
import type { RunningDoor } from './door.ts';
import { listenError } from './door.ts';

type SmbSettings = Settings['doors']['smb'];

/** What a NetBIOS name may have (MS-NBTE 2.2.1, as far as every client takes it). */
const longestName = 15;

/** The host's name as a NetBIOS name. */
export function netbiosName(host: string): string {
  const [label = ''] = host.split('.');
  const name = label.toUpperCase().replaceAll(/[^A-Z0-9-]/g, '-');
  return name.slice(0, longestName).replaceAll(/^-+|-+$/g, '') || 'POLYNAS';
}

function observer(logger: Logger): SmbObserver {
  return {
    fault: (error) => logger.error({ err: error }, 'a request failed by a mistake of ours'),
    refused: (client, userName) => logger.warn({ client, user: userName }, 'logon refused'),
    dropped: (client, reason) => logger.warn({ client, reason }, 'connection closed'),
  };
}

/** SMB 2 and 3 over TCP. */
export class SmbDoor implements RunningDoor {
  readonly #server: SmbServer;
  readonly listening: { readonly address: string; readonly port: number };

  private constructor(server: SmbServer, settings: SmbSettings) {
    this.#server = server;
    this.listening = { address: settings.address, port: settings.port };
  }

  static async open(core: Core, key: HeadKey, settings: SmbSettings, logger: Logger): Promise<SmbDoor> {
    const { address, port, encryption, name, connectionsPerClient } = settings;
    const server = createSmbServer({
      services: core,
      observer: observer(logger),
      serverName: name ?? netbiosName(hostname()),
      serverGuid: key.derive('smb server guid').subarray(0, 16),
      encryption,
      limits: { maxConnectionsPerClient: connectionsPerClient },
    });
    try {
      await server.listen({ host: address, port });
    } catch (error) {
      throw listenError('doors.smb', address, port, error);
    }
    return new SmbDoor(server, settings);
  }

  status() {
    return { name: 'smb', ...this.listening, connections: this.#server.connections };
  }

  stop(grace: number): Promise<void> {
    return this.#server.close(grace);
  }
}
