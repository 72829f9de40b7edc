import { Controller, inject } from '@tsed/di';
import { Description, Get, Returns, Summary } from '@tsed/schema';
import type { AdminContext } from '../admin-context.ts';
import { adminContextToken } from '../admin-context.ts';
import { StatusModel } from '../models/status.ts';
import { openDoors, volumeView } from '../views.ts';

@Controller('/status')
export class StatusController {
  readonly #context = inject<AdminContext>(adminContextToken);

  @Get('/')
  @Summary('The head at a glance')
  @Description('Version, uptime, doors with addresses and connections, volumes with health and capacity, shares')
  @Returns(200, StatusModel)
  async get(): Promise<StatusModel> {
    const { head, clock, services } = this.#context;
    const volumes = await head.volumes();
    const shares = head.shares().map((share) => ({
      tenant: share.tenant,
      name: share.name,
      volume: share.volume,
      doors: [...openDoors(this.#context, share)],
    }));
    return {
      version: head.version,
      node: process.version,
      pid: process.pid,
      startedAt: new Date(head.startedAt).toISOString(),
      uptimeSeconds: Math.max(0, Math.round((clock.now() - head.startedAt) / 1000)),
      dataDirectory: head.dataDirectory,
      doors: head.doors().map((door) => ({ ...door })),
      volumes: volumes.map(volumeView),
      shares,
      users: services.accounts.users().length,
    };
  }
}
