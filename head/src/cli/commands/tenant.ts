import type { Command } from 'commander';
import type { Surroundings } from '../context.ts';
import { adminClient, print } from '../context.ts';
import { table } from '../table.ts';

interface TenantAnswer {
  readonly name: string;
  readonly defaultDoors: Readonly<Record<string, unknown>>;
}

function tenantTable(tenants: readonly TenantAnswer[]): string {
  const rows = tenants.map(({ name, defaultDoors }) => [name, Object.keys(defaultDoors).join(', ') || 'none']);
  return table(['NAME', 'DOORS OF NEW SHARES'], rows);
}

/** `polynas tenant …` */
export function addTenantCommands(program: Command, surroundings: Surroundings): void {
  const tenant = program.command('tenant').description('tenants: owners of users and shares');
  tenant
    .command('list')
    .description('list tenants')
    .action(async (_options: unknown, command: Command) => {
      const client = await adminClient(command, surroundings);
      const answer = await client.ask<{ tenants: readonly TenantAnswer[] }>('GET', '/v1/tenants');
      print(command, surroundings, answer, ({ tenants }) => tenantTable(tenants));
    });
  tenant
    .command('add <name>')
    .description('make a tenant')
    .action(async (name: string, _options: unknown, command: Command) => {
      const client = await adminClient(command, surroundings);
      const made = await client.ask<TenantAnswer>('POST', '/v1/tenants', { name });
      print(command, surroundings, made, (answer) => tenantTable([answer]));
    });
}
