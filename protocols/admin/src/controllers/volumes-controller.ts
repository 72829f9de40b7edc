import { Controller, inject } from '@tsed/di';
import { Get, Returns, Summary } from '@tsed/schema';
import type { AdminContext } from '../admin-context.ts';
import { adminContextToken } from '../admin-context.ts';
import { VolumeListModel } from '../models/volume.ts';
import { volumeView } from '../views.ts';

@Controller('/volumes')
export class VolumesController {
  readonly #context = inject<AdminContext>(adminContextToken);

  @Get('/')
  @Summary('Volumes with health, copies and capacity')
  @Returns(200, VolumeListModel)
  async list(): Promise<VolumeListModel> {
    return { volumes: (await this.#context.head.volumes()).map(volumeView) };
  }
}
