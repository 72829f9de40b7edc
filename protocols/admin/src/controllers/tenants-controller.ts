import { Controller, inject } from '@tsed/di';
import { BodyParams } from '@tsed/platform-params';
import { Get, Post, Required, Returns, Summary } from '@tsed/schema';
import { StorageError } from '@polynas/core/service';
import type { AdminContext } from '../admin-context.ts';
import { adminContextToken } from '../admin-context.ts';
import { changeDoors, doorsView } from '../door-changes.ts';
import { NewTenantModel, TenantListModel, TenantModel } from '../models/tenant.ts';

@Controller('/tenants')
export class TenantsController {
  readonly #context = inject<AdminContext>(adminContextToken);

  @Get('/')
  @Summary('Tenants')
  @Returns(200, TenantListModel)
  list(): TenantListModel {
    return {
      tenants: this.#context.services.accounts
        .tenants()
        .map(({ name, defaultDoors }) => ({ name, defaultDoors: doorsView(defaultDoors) })),
    };
  }

  @Post('/')
  @Summary('Makes a tenant')
  @Returns(201, TenantModel)
  async create(@Required() @BodyParams() body: NewTenantModel): Promise<TenantModel> {
    const { head, services, onChange } = this.#context;
    const defaultDoors = body.defaultDoors && changeDoors({}, body.defaultDoors);
    await head.createTenant({ name: body.name, ...(defaultDoors && { defaultDoors }) });
    onChange('tenant created', body.name);
    const made = services.accounts.tenants().find((tenant) => tenant.name === body.name);
    if (!made) throw new StorageError('corrupt', `tenant ${body.name} is not there after it was made`);
    return { name: made.name, defaultDoors: doorsView(made.defaultDoors) };
  }
}
