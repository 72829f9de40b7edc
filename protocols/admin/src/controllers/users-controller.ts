import type { NewUser, User } from '@polynas/core/service';
import { StorageError } from '@polynas/core/service';
import { Controller, inject } from '@tsed/di';
import { BodyParams, PathParams, QueryParams } from '@tsed/platform-params';
import { Delete, Get, Patch, Post, Required, Returns, Summary } from '@tsed/schema';
import type { AdminContext } from '../admin-context.ts';
import { adminContextToken } from '../admin-context.ts';
import { CreatedUserModel, NewUserModel, UserChangesModel, UserListModel, UserModel } from '../models/user.ts';
import { presentFields } from '../present-fields.ts';
import { userView } from '../views.ts';

@Controller('/users')
export class UsersController {
  readonly #context = inject<AdminContext>(adminContextToken);

  @Get('/')
  @Summary('Users, of one tenant or all')
  @Returns(200, UserListModel)
  list(@QueryParams('tenant') tenant?: string): UserListModel {
    return { users: this.#context.services.accounts.users(tenant).map(userView) };
  }

  @Get('/:id')
  @Summary('One user')
  @Returns(200, UserModel)
  get(@PathParams('id') id: string): UserModel {
    return userView(this.#find(id));
  }

  @Post('/')
  @Summary('Makes a user, with a random access key unless keys are given')
  @Returns(201, CreatedUserModel)
  async create(@Required() @BodyParams() body: NewUserModel): Promise<CreatedUserModel> {
    const user: NewUser = { tenant: 'default', ...presentFields(body) };
    const made = await this.#context.services.accounts.createUser(user);
    this.#context.onChange('user created', `${made.user.tenant}/${made.user.name}`);
    return { user: userView(made.user), keys: made.keys.map(({ id, secret }) => ({ id, secret })) };
  }

  @Patch('/:id')
  @Summary('Changes password, groups or rights of a user, or disables it')
  @Returns(200, UserModel)
  async change(@PathParams('id') id: string, @Required() @BodyParams() body: UserChangesModel): Promise<UserModel> {
    const user = this.#find(id);
    const changes = presentFields(body);
    const changed = await this.#context.services.accounts.changeUser(user.id, changes);
    this.#context.onChange(`user changed (${Object.keys(changes).join(', ')})`, `${user.tenant}/${user.name}`);
    return userView(changed);
  }

  @Delete('/:id')
  @Summary('Removes a user; files keep its uid')
  @Returns(204)
  async remove(@PathParams('id') id: string): Promise<void> {
    const user = this.#find(id);
    await this.#context.services.accounts.removeUser(user.id);
    this.#context.onChange('user removed', `${user.tenant}/${user.name}`);
  }

  #find(id: string): User {
    const user = this.#context.services.accounts.users().find((candidate) => candidate.id === id);
    if (!user) throw new StorageError('notFound', `no user has the id ${id}`);
    return user;
  }
}
