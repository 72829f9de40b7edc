import type { Core } from '@polynas/core';
import type { NewUser } from '@polynas/core/service';
import { isStorageError } from '@polynas/core/service';
import { exitCode } from '../cli/exit-code.ts';
import type { DeclaredShare } from '../config/schema.ts';
import type { DeclaredAccount, Settings } from '../config/settings.ts';
import { HeadError } from '../head-error.ts';
import { declaredDoors } from './doors.ts';

function newUser({
  keys = [],
  disabled: _disabled,
  uid,
  gid,
  groups,
  administrator,
  password,
  ...user
}: DeclaredAccount): NewUser {
  return {
    ...user,
    accessKeys: keys,
    ...(uid !== undefined && { uid }),
    ...(gid !== undefined && { gid }),
    ...(groups && { groups }),
    ...(administrator !== undefined && { administrator }),
    ...(password !== undefined && { password }),
  };
}

function newShare({ doors, volume, mode, gid, readOnly, quota, pool, ...share }: DeclaredShare) {
  return {
    ...share,
    ...(volume !== undefined && { volume }),
    ...(mode !== undefined && { mode }),
    ...(gid !== undefined && { gid }),
    ...(readOnly !== undefined && { readOnly }),
    ...(quota && { quota }),
    ...(pool !== undefined && { pool }),
    ...(doors && { doors: declaredDoors(doors) }),
  };
}

async function applyDisabled({ accounts }: Core, users: readonly DeclaredAccount[]): Promise<void> {
  for (const { tenant, name, disabled } of users) {
    const user = accounts.userByName(tenant, name);
    if (user && disabled !== undefined && user.disabled !== disabled) await accounts.changeUser(user.id, { disabled });
  }
}

/** Makes tenants, users and shares what polynas.yaml declares. What it does not name stays; nothing is removed. */
export async function applyDeclared(core: Core, settings: Settings): Promise<void> {
  const { tenants, users, shares } = settings;
  try {
    await core.apply({
      tenants: tenants.map(({ name, defaultDoors }) => ({
        name,
        ...(defaultDoors && { defaultDoors: declaredDoors(defaultDoors) }),
      })),
      users: users.map(newUser),
      shares: shares.map(newShare),
    });
    await applyDisabled(core, users);
  } catch (error) {
    if (!isStorageError(error)) throw error;
    // The volume's own failures are no fault of the file.
    if (['io', 'unavailable', 'corrupt', 'noSpace', 'timedOut', 'aborted'].includes(error.code)) throw error;
    const file = settings.file ?? 'polynas.yaml';
    throw new HeadError(`${file} cannot be carried out: ${error.message}`, exitCode.configuration, { cause: error });
  }
}
