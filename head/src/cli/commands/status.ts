import type { Command } from 'commander';
import type { HolderAnswer, StatusAnswer, VolumeAnswer } from '../answers.ts';
import type { Surroundings } from '../context.ts';
import { adminClient, print } from '../context.ts';
import { bytes, duration, table } from '../table.ts';

function indented(text: string): string {
  return text.replace(/^/gm, '  ');
}

function toHeal({ bytesToHeal, healing }: VolumeAnswer): string {
  if (healing === undefined) return bytes(bytesToHeal);
  const { objects, bytesPerSecond, progress } = healing;
  const speed = bytesPerSecond > 0 ? `, ${bytes(bytesPerSecond)}/s` : '';
  return `${bytes(bytesToHeal)} (${objects} copies, ${Math.floor(progress * 100)} % done${speed})`;
}

function volumeRow(volume: VolumeAnswer): string[] {
  const { present, wanted } = volume.copies;
  const { totalBytes, availableBytes } = volume.capacity;
  return [
    volume.name,
    volume.backend,
    volume.reason === undefined ? volume.health : `${volume.health} (${volume.reason})`,
    `${present} of ${wanted}`,
    toHeal(volume),
    bytes(availableBytes),
    bytes(totalBytes),
    volume.epoch,
  ];
}

function statusText(status: StatusAnswer): string {
  const doors = status.doors.map((door) => [
    door.name,
    `${door.address.includes(':') ? `[${door.address}]` : door.address}:${door.port}`,
    door.connections === undefined ? '-' : String(door.connections),
    door.detail ?? '',
  ]);
  const shares = status.shares.map((share) => [
    share.tenant,
    share.name,
    share.volume,
    share.doors.join(', ') || 'none',
  ]);
  return [
    `Polynas ${status.version} (process ${status.pid}, Node.js ${status.node}), up ${duration(status.uptimeSeconds)}`,
    `Data directory ${status.dataDirectory}`,
    '',
    'Doors',
    indented(table(['DOOR', 'ADDRESS', 'CONNECTIONS', ''], doors)),
    '',
    'Volumes',
    indented(
      table(
        ['NAME', 'BACKEND', 'HEALTH', 'COPIES', 'TO HEAL', 'AVAILABLE', 'TOTAL', 'EPOCH'],
        status.volumes.map(volumeRow),
      ),
    ),
    '',
    `Shares (${status.shares.length}), users ${status.users}`,
    indented(table(['TENANT', 'NAME', 'VOLUME', 'DOORS'], shares)),
  ].join('\n');
}

/** `polynas status`, `polynas state` */
export function addStatusCommands(program: Command, surroundings: Surroundings): void {
  program
    .command('status')
    .description('version, uptime, doors, volumes with health and capacity, shares')
    .action(async (_options: unknown, command: Command) => {
      const client = await adminClient(command, surroundings);
      print(command, surroundings, await client.ask<StatusAnswer>('GET', '/v1/status'), statusText);
    });
  program
    .command('state')
    .description('what is open or locked, by whom, through which door')
    .action(async (_options: unknown, command: Command) => {
      const client = await adminClient(command, surroundings);
      const answer = await client.ask<{ holders: readonly HolderAnswer[] }>('GET', '/v1/state');
      print(command, surroundings, answer, ({ holders }) =>
        table(
          ['SHARE', 'FILE', 'KIND', 'DOOR', 'CLIENT', 'OWNER'],
          holders.map((each) => [String(each.share), each.file, each.kind, each.door, each.client, each.owner]),
        ),
      );
    });
}
