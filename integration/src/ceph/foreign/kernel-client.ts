import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import type { Guest, KernelLab } from '../../kernel/guest.ts';
import { quote } from '../../kernel/guest.ts';
import type { TestCluster } from '../test-cluster.ts';
import { agentProgram, FileAgent } from './file-agent.ts';
import type { ForeignClient } from './foreign-client.ts';

/**
 * The cluster tells its clients addresses at 127.0.0.1, and that is the guest itself there: each port is carried on from the guest's loopback
 * to the server's side of its network, where the lab's relay takes over.
 */
const forwarder = `
import asyncio, sys
async def carry(reader, writer):
    try:
        while data := await reader.read(1 << 18):
            writer.write(data)
            await writer.drain()
    finally:
        writer.close()
async def serve(port):
    async def connected(reader, writer):
        far_reader, far_writer = await asyncio.open_connection('10.0.2.2', port)
        await asyncio.gather(carry(reader, far_writer), carry(far_reader, writer), return_exceptions=True)
    await asyncio.start_server(connected, '127.0.0.1', port)
async def main():
    for port in sys.argv[1:]: await serve(int(port))
    open('/tmp/forwarding', 'w').close()
    await asyncio.Event().wait()
asyncio.run(main())`;

const at = '/mnt/cephfs';

/** The Linux kernel's client of CephFS, in a guest of its own. */
export class KernelClient implements ForeignClient {
  readonly files: FileAgent;
  readonly guest: Guest;

  /** Boots a guest. @param root directory of the file system */
  static async mount(lab: KernelLab, cluster: TestCluster, root: string): Promise<KernelClient> {
    const guest = await lab.boot();
    try {
      const { monitor, all } = await cluster.ports();
      for (const port of all) await lab.relay(port);
      await guest.expect(`setsid python3 -c ${quote(forwarder)} ${all.join(' ')} >/tmp/forwarder.log 2>&1 &
        while ! test -e /tmp/forwarding; do sleep 0.05; done`);
      const key = await cluster.commands.ceph('auth', 'get-key', 'client.admin');
      const options = `name=admin,secret=${key},mds_namespace=${cluster.fileSystem}`;
      // Without the package's helper, which does no more than to read ceph.conf.
      await guest.expect(`modprobe ceph; mkdir -p ${at}
        mount --internal-only -t ceph -o ${quote(options)} 127.0.0.1:${monitor}:${quote(root)} ${at}`);
      return new KernelClient(guest, await KernelClient.#agent(lab, guest));
    } catch (error) {
      await guest.kill();
      throw error;
    }
  }

  private constructor(guest: Guest, files: FileAgent) {
    this.guest = guest;
    this.files = files;
  }

  async close(): Promise<void> {
    this.files.end();
    await this.guest.unmount(at);
    await this.guest.shutdown();
  }

  static async #agent(lab: KernelLab, guest: Guest): Promise<FileAgent> {
    const server = createServer();
    const connected = once(server, 'connection') as Promise<[Socket]>;
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await lab.relay(port);
    await guest.expect(
      `cd ${at} && { setsid python3 -B ${guest.put(agentProgram)} ${lab.address} ${port} >/tmp/agent.log 2>&1 & }`,
    );
    const [socket] = await connected;
    socket.setNoDelay(true);
    server.close();
    return FileAgent.on(socket, socket, () => guest.console());
  }
}
