import type { FileId } from '../../spi/index.ts';
import { sharedRights } from '../../state/file-state.ts';
import type { MountedShare } from '../mounts.ts';
import type { FileParts } from './parts.ts';

/**
 * MS-FSA 2.1.5.15.6, 2.1.5.15.12: what is open is not taken over, whatever it shares: what is written through that open would be lost. Opens of attributes alone
 * do not count.
 */
export function isInUse({ table }: Pick<FileParts, 'table'>, { volumeName }: MountedShare, target: FileId): boolean {
  const opens = table.volume(volumeName).file({ file: target })?.opens.values() ?? [];
  for (const open of opens) if (sharedRights(open.access) !== 0) return true;
  return false;
}
