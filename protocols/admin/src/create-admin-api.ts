import type { RequestListener } from 'node:http';
import { destroyInjector } from '@tsed/di';
import { PlatformBuilder } from '@tsed/platform-http';
import type { AdminContext } from './admin-context.ts';
import { adminContextToken } from './admin-context.ts';
import { OpenApiController } from './controllers/open-api-controller.ts';
import { resourceControllers } from './open-api.ts';
import './problem-filter.ts';
import './validation/schema-validator.ts';

/** Bytes of a request body. */
const maxBody = '256kb';

export interface AdminApi {
  /** Serves the API without any check of who asks: put it behind a socket of mode 0600, or `requireBearer`. */
  readonly listener: RequestListener;
  readonly close: () => Promise<void>;
}

/**
 * The admin API as a request listener. `adapter` is Ts.ED's HTTP platform (`PlatformExpress`).
 * Ts.ED keeps one injector per process, so there is one admin API per process.
 */
export async function createAdminApi(context: AdminContext, adapter: TsED.Configuration['adapter']): Promise<AdminApi> {
  const platform = PlatformBuilder.create({
    adapter,
    env: 'production',
    logger: { level: 'off', disableBootstrapLog: true, disableRoutesSummary: true },
    imports: [{ token: adminContextToken, use: context }],
    mount: { '/': [OpenApiController], '/v1': resourceControllers },
    middlewares: [{ use: 'json-parser', options: { limit: maxBody, strict: true } }],
  });
  await platform.bootstrap();
  return { listener: platform.callback(), close: destroyInjector };
}
