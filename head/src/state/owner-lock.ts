import { chmod, mkdir, readdir, unlink } from 'node:fs/promises';
import type { Server } from 'node:net';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { exitCode } from '../cli/exit-code.ts';
import { HeadError } from '../head-error.ts';
import { systemCode } from '../system-error.ts';
import { socketPath } from './socket-path.ts';

const suffix = '.sock';

/** The owner's own words (its process id) when the socket is alive; `undefined` when nobody listens there any more. */
function askOwner(path: string): Promise<string | undefined> {
  const address = socketPath(path);
  return new Promise((resolve, reject) => {
    const socket = connect(address.path);
    let said = '';
    socket.setEncoding('utf8');
    // A stopped process accepts and says nothing: it still is the owner.
    socket.setTimeout(1000, () => socket.destroy());
    socket.on('data', (text: string) => (said += text));
    socket.on('error', (error) => {
      address.release();
      const code = systemCode(error);
      if (code === 'ECONNREFUSED' || code === 'ENOENT') resolve(undefined);
      else if (code === 'EPIPE' || code === 'ECONNRESET' || code === 'EAGAIN') resolve(said);
      else reject(error);
    });
    socket.on('close', (hadError) => {
      address.release();
      if (!hadError) resolve(said);
    });
  });
}

async function listen(path: string): Promise<Server> {
  const address = socketPath(path);
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.end(String(process.pid));
  });
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(address.path, resolve);
    });
    await chmod(path, 0o600);
  } catch (error) {
    address.release();
    throw error;
  }
  server.unref();
  // libuv removes the socket file by the path it was bound to: the descriptor in it has to live as long.
  server.once('close', () => address.release());
  return server;
}

/**
 * Makes this process the owner of a directory, until it ends in whatever way; rejected when another process is.
 *
 * Each contender first listens on a socket of its own in `<directory>/lock`, then asks all others: whoever answers is
 * alive. Of two contenders at least the later one sees the other, so never two succeed (both may give way). The kernel
 * refuses connections to the sockets of dead processes, and their names are never used again, so they can be removed.
 * Unlike a process id in a file this holds between containers that share the directory.
 */
export async function takeOwnership(
  dataDirectory: string,
  random: (length: number) => Uint8Array,
): Promise<{ release(): Promise<void> }> {
  const directory = join(dataDirectory, 'lock');
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const own = `${Buffer.from(random(9)).toString('hex')}${suffix}`;
  const server = await listen(join(directory, own));
  const release = () => new Promise<void>((resolve) => server.close(() => resolve()));

  for (const name of await readdir(directory)) {
    if (name === own || !name.endsWith(suffix)) continue;
    const path = join(directory, name);
    const owner = await askOwner(path);
    if (owner !== undefined) {
      await release();
      const who = /^\d+$/.test(owner) ? ` (process ${owner})` : '';
      throw new HeadError(`another head${who} has the data directory ${dataDirectory}`, exitCode.inUse);
    }
    await unlink(path).catch((error: unknown) => {
      if (systemCode(error) !== 'ENOENT') throw error;
    });
  }
  return { release };
}
