import { Controller, inject } from '@tsed/di';
import { Get, Hidden, Returns } from '@tsed/schema';
import type { AdminContext } from '../admin-context.ts';
import { adminContextToken } from '../admin-context.ts';
import { openApiDocument } from '../open-api.ts';

@Controller('/')
@Hidden()
export class OpenApiController {
  readonly #context = inject<AdminContext>(adminContextToken);

  @Get('/openapi.json')
  @Returns(200, Object)
  get(): object {
    return openApiDocument(this.#context.head.version);
  }
}
