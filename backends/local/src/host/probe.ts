import { join } from 'node:path';
import type { HostFiles } from './host-files.ts';

const probeBytes = 262_144;

/** Whether this host's file system frees holes and finds them again; tried out, since no call tells. */
export async function probeSparse(host: HostFiles, directory: string): Promise<boolean> {
  const { punch, seek } = host;
  if (punch === undefined || seek === undefined) return false;
  const path = join(directory, 'probe');
  await host.unlink(path).catch(() => undefined);
  const fd = await host.open(path, 'create');
  try {
    await host.write(fd, [Buffer.alloc(probeBytes, 1)], 0);
    await punch(fd, 0, probeBytes / 2);
    return (await seek(fd, 'data', 0)) === probeBytes / 2 && (await seek(fd, 'hole', probeBytes / 2)) === probeBytes;
  } catch {
    return false;
  } finally {
    await host.close(fd);
    await host.unlink(path);
  }
}
