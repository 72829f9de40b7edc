import type { Core } from '@polynas/core';
import type { NfsServer, Registration, RpcObserver } from 'node-nfsd';
import { createNfsServer, register } from 'node-nfsd';
import type { Logger } from 'pino';
import { exitCode } from '../cli/exit-code.ts';
import type { Settings } from '../config/settings.ts';
import { HeadError } from '../head-error.ts';
import type { HeadKey } from '../state/head-key.ts';
import { messageOf } from '../system-error.ts';
import type { RunningDoor } from './door.ts';
import { listenError } from './door.ts';

type NfsSettings = Settings['doors']['nfs'];

/** The port of the port mapper (RFC 1833 §3). */
const portmapPort = 111;

function observer(logger: Logger): RpcObserver {
  return {
    fault: (error) => logger.error({ err: error }, 'a call failed by a mistake of ours'),
    dropped: (client, reason) => logger.warn({ client: client.address, reason }, 'connection closed'),
  };
}

async function registerAtHost(server: NfsServer, settings: NfsSettings, logger: Logger): Promise<Registration> {
  try {
    const registration = await register(server.bindings, settings.address.includes(':') ? ['tcp', 'tcp6'] : ['tcp']);
    if (registration.refused.length > 0) {
      logger.warn({ refused: registration.refused }, 'rpcbind has other servers for these programs');
    }
    return registration;
  } catch (error) {
    const why = `doors.nfs.portmapper: rpcbind of this host cannot be told: ${messageOf(error)}`;
    throw new HeadError(why, exitCode.listen, { cause: error });
  }
}

/** NFSv3 with MOUNT, and a port mapper where configured. */
export class NfsDoor implements RunningDoor {
  readonly #server: NfsServer;
  readonly #registration: Registration | undefined;
  readonly listening: { readonly address: string; readonly port: number; readonly mountPort: number };

  private constructor(server: NfsServer, settings: NfsSettings, registration: Registration | undefined) {
    this.#server = server;
    this.#registration = registration;
    const { address, port, mountPort = port } = settings;
    this.listening = { address, port, mountPort };
  }

  static async open(core: Core, key: HeadKey, settings: NfsSettings, logger: Logger): Promise<NfsDoor> {
    const { address, port, mountPort, portmapper, connectionsPerClient } = settings;
    const handleKey = key.derive('nfs file handles');
    const limits = { maxConnectionsPerClient: connectionsPerClient };
    const server = createNfsServer({ services: core, handleKey, observer: observer(logger), limits });
    try {
      await server.listen({
        host: address,
        port,
        ...(mountPort !== undefined && { mountPort }),
        ...(portmapper === true && { portmapPort }),
      });
    } catch (error) {
      throw listenError('doors.nfs', address, portOf(error) ?? port, error);
    }
    try {
      const registration = portmapper === 'host' ? await registerAtHost(server, settings, logger) : undefined;
      return new NfsDoor(server, settings, registration);
    } catch (error) {
      await server.close(0);
      throw error;
    }
  }

  status() {
    const { address, port, mountPort } = this.listening;
    const { connections } = this.#server;
    return { name: 'nfs', address, port, connections, ...(mountPort !== port && { detail: `MOUNT at ${mountPort}` }) };
  }

  async stop(grace: number): Promise<void> {
    await this.#registration?.withdraw();
    await this.#server.close(grace);
  }
}

/** Of several ports, the one that could not be bound. */
function portOf(error: unknown): number | undefined {
  return error instanceof Error && 'port' in error && typeof error.port === 'number' ? error.port : undefined;
}
