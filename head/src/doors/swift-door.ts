import type { Core } from '@polynas/core';
import type { SwiftAnswer, SwiftServer } from '@polynas/swift';
import { listenSwiftDoor } from '@polynas/swift';
import type { Logger } from 'pino';
import type { Settings } from '../config/settings.ts';
import { systemClock } from '@polynas/core/wire';
import { systemRandom } from '../system-random.ts';
import type { RunningDoor } from './door.ts';
import { listenError } from './door.ts';

type SwiftSettings = Settings['doors']['swift'];

function logAnswer(logger: Logger, { error, ...answer }: SwiftAnswer): void {
  if (answer.status >= 500) logger.error({ ...answer, err: error }, 'a request failed');
  else logger.debug(answer, 'request');
}

/** OpenStack Swift over HTTP, with tempauth and Keystone tokens. */
export class SwiftDoor implements RunningDoor {
  readonly #server: SwiftServer;
  readonly listening: { readonly address: string; readonly port: number };

  private constructor(server: SwiftServer, settings: SwiftSettings) {
    this.#server = server;
    this.listening = { address: settings.address, port: settings.port };
  }

  static async open(core: Core, settings: SwiftSettings, logger: Logger): Promise<SwiftDoor> {
    const { address, port, region, publicUrl } = settings;
    try {
      const server = await listenSwiftDoor(core, {
        host: address,
        port,
        region,
        ...(publicUrl !== undefined && { publicUrl }),
        clock: systemClock,
        random: systemRandom,
        onAnswer: (answer) => logAnswer(logger, answer),
      });
      return new SwiftDoor(server, settings);
    } catch (error) {
      throw listenError('doors.swift', address, port, error);
    }
  }

  status() {
    return { name: 'swift', ...this.listening, connections: this.#server.connections };
  }

  stop(grace: number): Promise<void> {
    return this.#server.stop(grace);
  }
}
