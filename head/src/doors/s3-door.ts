import type { Services } from '@polynas/core/service';
import type { S3Answer, S3Server } from '@polynas/s3';
import { listenS3Door } from '@polynas/s3';
import type { Logger } from 'pino';
import type { Settings } from '../config/settings.ts';
import { systemClock } from '@polynas/core/wire';
import { systemRandom } from '../system-random.ts';
import type { RunningDoor } from './door.ts';
import { listenError } from './door.ts';

type S3Settings = Settings['doors']['s3'];

function logAnswer(logger: Logger, { error, ...answer }: S3Answer): void {
  if (answer.status >= 500) logger.error({ ...answer, err: error }, 'a request failed');
  else logger.debug(answer, 'request');
}

/** S3 over HTTP. */
export class S3Door implements RunningDoor {
  readonly #server: S3Server;
  readonly listening: { readonly address: string; readonly port: number };

  private constructor(server: S3Server, settings: S3Settings) {
    this.#server = server;
    this.listening = { address: settings.address, port: settings.port };
  }

  static async open(
    services: Pick<Services, 'objects' | 'shares' | 'accounts'>,
    settings: S3Settings,
    logger: Logger,
  ): Promise<S3Door> {
    const { address, port, region, domains } = settings;
    try {
      const server = await listenS3Door(services, {
        host: address,
        port,
        region,
        baseDomains: domains,
        clock: systemClock,
        random: systemRandom,
        onAnswer: (answer) => logAnswer(logger, answer),
      });
      return new S3Door(server, settings);
    } catch (error) {
      throw listenError('doors.s3', address, port, error);
    }
  }

  status() {
    return { name: 's3', ...this.listening, connections: this.#server.connections };
  }

  stop(grace: number): Promise<void> {
    return this.#server.stop(grace);
  }
}
