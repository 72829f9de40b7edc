import type { Share } from '@polynas/core/service';
import { StorageError } from '@polynas/core/service';
import { Controller, inject } from '@tsed/di';
import { BodyParams, PathParams, QueryParams } from '@tsed/platform-params';
import { Delete, Get, Patch, Post, Required, Returns, Summary } from '@tsed/schema';
import { adminCaller } from '../admin-caller.ts';
import type { AdminContext } from '../admin-context.ts';
import { adminContextToken } from '../admin-context.ts';
import { changeDoors } from '../door-changes.ts';
import { NewShareModel, ShareChangesModel, ShareListModel, ShareModel, ShareSpaceModel } from '../models/share.ts';
import { InvalidRequest } from '../problem.ts';
import { presentFields } from '../present-fields.ts';
import { shareView } from '../views.ts';

@Controller('/shares')
export class SharesController {
  readonly #context = inject<AdminContext>(adminContextToken);

  @Get('/')
  @Summary('Shares, of one tenant or all')
  @Returns(200, ShareListModel)
  list(@QueryParams('tenant') tenant?: string): ShareListModel {
    const shares = this.#context.head.shares().filter((share) => tenant === undefined || share.tenant === tenant);
    return { shares: shares.map((share) => shareView(this.#context, share)) };
  }

  @Get('/:id')
  @Summary('One share')
  @Returns(200, ShareModel)
  get(@PathParams('id') id: number): ShareModel {
    return shareView(this.#context, this.#find(id));
  }

  @Get('/:id/space')
  @Summary('What a share holds and may hold, and where its files are kept')
  @Returns(200, ShareSpaceModel)
  async space(@PathParams('id') id: number): Promise<ShareSpaceModel> {
    const share = this.#find(id);
    const { quota, ...space } = await this.#context.services.shares.space(
      adminCaller(this.#context, share.tenant),
      share.id,
    );
    return { ...space, ...(quota && { quota: { ...quota } }) };
  }

  @Post('/')
  @Summary('Makes a share: an export, a bucket, as its doors say')
  @Returns(201, ShareModel)
  async create(@Required() @BodyParams() body: NewShareModel): Promise<ShareModel> {
    const { services, onChange } = this.#context;
    const { owner, doors, tenant = 'default', ...rest } = presentFields(body);
    const share = await services.shares.create(adminCaller(this.#context, tenant), {
      ...rest,
      tenant,
      owner: this.#userId(tenant, owner),
      ...(doors && { doors: changeDoors({}, doors) }),
    });
    onChange('share created', `${share.tenant}/${share.name}`);
    return shareView(this.#context, share);
  }

  @Patch('/:id')
  @Summary('Opens and closes doors, changes owner, read-only, quota or pool')
  @Returns(200, ShareModel)
  async change(@PathParams('id') id: number, @Required() @BodyParams() body: ShareChangesModel): Promise<ShareModel> {
    const share = this.#find(id);
    const { doors, owner, readOnly, quota, pool } = body;
    const changed = await this.#context.services.shares.change(adminCaller(this.#context, share.tenant), share.id, {
      ...(doors && { doors: changeDoors(share.doors, doors) }),
      ...(owner !== undefined && { owner: this.#userId(share.tenant, owner) }),
      ...(readOnly !== undefined && { readOnly }),
      ...(quota && { quota }),
      ...(pool !== undefined && { pool }),
    });
    this.#context.onChange(
      `share changed (${Object.keys(presentFields(body)).join(', ')})`,
      `${share.tenant}/${share.name}`,
    );
    return shareView(this.#context, changed);
  }

  @Delete('/:id')
  @Summary('Removes a share; one that is not empty only with force')
  @Returns(204)
  async remove(@PathParams('id') id: number, @QueryParams('force') force?: boolean): Promise<void> {
    const share = this.#find(id);
    await this.#context.services.shares.remove(adminCaller(this.#context, share.tenant), share.id, {
      force: force ?? false,
    });
    this.#context.onChange('share removed', `${share.tenant}/${share.name}`);
  }

  #find(id: number): Share {
    const share = this.#context.services.shares.byId(id);
    if (!share) throw new StorageError('notFound', `no share has the id ${id}`);
    return share;
  }

  #userId(tenant: string, nameOrId: string): string {
    const { accounts } = this.#context.services;
    const user = accounts.userByName(tenant, nameOrId) ?? accounts.users(tenant).find(({ id }) => id === nameOrId);
    if (!user) throw new InvalidRequest([{ path: 'owner', message: `tenant ${tenant} has no user ${nameOrId}` }]);
    return user.id;
  }
}
