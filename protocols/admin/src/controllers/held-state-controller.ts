import { Controller, inject } from '@tsed/di';
import { Get, Returns, Summary } from '@tsed/schema';
import type { AdminContext } from '../admin-context.ts';
import { adminContextToken } from '../admin-context.ts';
import { HeldStateModel } from '../models/held-state.ts';

@Controller('/state')
export class HeldStateController {
  readonly #context = inject<AdminContext>(adminContextToken);

  @Get('/')
  @Summary('What is open, locked or held, by whom, through which door')
  @Returns(200, HeldStateModel)
  list(): HeldStateModel {
    const holders = this.#context.services.state.holders().map(({ file, kind, door, client, owner }) => ({
      share: file.share,
      file: file.id.toString(),
      kind,
      door,
      client,
      owner,
    }));
    return { holders };
  }
}
