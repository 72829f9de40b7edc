import type { User } from '@polynas/core/service';
import { StorageError } from '@polynas/core/service';
import { Controller, inject } from '@tsed/di';
import { BodyParams, PathParams } from '@tsed/platform-params';
import { Delete, Get, Post, Returns, Summary } from '@tsed/schema';
import type { AdminContext } from '../admin-context.ts';
import { adminContextToken } from '../admin-context.ts';
import { AccessKeyListModel, AccessKeyModel, AccessKeyRequestModel } from '../models/user.ts';
import { InvalidRequest } from '../problem.ts';
import { userView } from '../views.ts';

@Controller('/users/:userId/keys')
export class KeysController {
  readonly #context = inject<AdminContext>(adminContextToken);

  @Get('/')
  @Summary('Access keys of a user, without secrets')
  @Returns(200, AccessKeyListModel)
  list(@PathParams('userId') userId: string): AccessKeyListModel {
    return { keys: userView(this.#find(userId)).accessKeys };
  }

  @Post('/')
  @Summary('Makes an access key; its secret is shown here and never again')
  @Returns(201, AccessKeyModel)
  async create(
    @PathParams('userId') userId: string,
    @BodyParams() body?: AccessKeyRequestModel,
  ): Promise<AccessKeyModel> {
    const user = this.#find(userId);
    const { id, secret } = body ?? {};
    if ((id === undefined) !== (secret === undefined)) {
      throw new InvalidRequest([
        { path: id === undefined ? 'id' : 'secret', message: 'id and secret are given together' },
      ]);
    }
    const { accounts } = this.#context.services;
    const key = await accounts.createKey(
      user.id,
      id !== undefined && secret !== undefined ? { id, secret } : undefined,
    );
    this.#context.onChange(`access key ${key.id} created`, `${user.tenant}/${user.name}`);
    return { id: key.id, secret: key.secret };
  }

  @Delete('/:keyId')
  @Summary('Removes an access key')
  @Returns(204)
  async remove(@PathParams('userId') userId: string, @PathParams('keyId') keyId: string): Promise<void> {
    const user = this.#find(userId);
    if (!user.accessKeys.some((key) => key.id === keyId)) {
      throw new StorageError('notFound', `user ${user.name} has no access key ${keyId}`);
    }
    await this.#context.services.accounts.removeKey(keyId);
    this.#context.onChange(`access key ${keyId} removed`, `${user.tenant}/${user.name}`);
  }

  #find(id: string): User {
    const user = this.#context.services.accounts.users().find((candidate) => candidate.id === id);
    if (!user) throw new StorageError('notFound', `no user has the id ${id}`);
    return user;
  }
}
