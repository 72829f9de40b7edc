import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { programPath } from '../clients/command.ts';
import { docker, tryDocker } from './docker-cli.ts';

export interface EngineAvailability {
  /** Why no container can be started here, in words; undefined when one can. */
  readonly unavailable: string | undefined;
}

/** An engine that has not answered by then is one that tests had better not wait for. */
const answerMilliseconds = 1500;

/** The Docker engine of this machine: what `docker` speaks to. */
class ContainerEngine {
  #availability: Promise<EngineAvailability> | undefined;
  #hostNetwork: Promise<boolean> | undefined;

  /** Asks once. Looks only: nothing is pulled or started. */
  availability(): Promise<EngineAvailability> {
    this.#availability ??= this.#probe();
    return this.#availability;
  }

  /** Whether containers must share the network of this machine: the engine has no bridge to give them one of their own. */
  onHostNetwork(): Promise<boolean> {
    this.#hostNetwork ??= docker(['network', 'ls', '--quiet', '--filter', 'driver=bridge']).then((ids) => ids === '');
    return this.#hostNetwork;
  }

  async #probe(): Promise<EngineAvailability> {
    if (process.platform !== 'linux') return { unavailable: `needs Linux, not ${process.platform}` };
    if (programPath('docker') === undefined) return { unavailable: 'no Docker engine: there is no program docker' };
    const version = await tryDocker(['version', '--format', '{{.Server.Version}} {{.Server.Os}}'], answerMilliseconds);
    if (version.status !== 0) {
      const said = version.stderr.trim().split('\n').at(-1) ?? '';
      const why = version.status === -1 ? `no answer within ${answerMilliseconds} ms` : said;
      return { unavailable: `no Docker engine can be reached: ${why}` };
    }
    if (!version.stdout.toString().trim().endsWith('linux'))
      return { unavailable: 'the engine runs no Linux containers' };
    await this.#tellTestcontainers();
    return { unavailable: await this.#elsewhere() };
  }

  /** Why the ports of its containers are not on the loopback address of this machine, which is where tests look. */
  async #elsewhere(): Promise<string | undefined> {
    const host = process.env['DOCKER_HOST'] ?? '';
    if (!host.startsWith('unix://')) return `the engine is not on this machine: ${host}`;
    // In a container that was given the socket of the engine outside. (Elsewhere a foreign gateway means a forwarder.)
    if (!existsSync('/.dockerenv') || (await this.onHostNetwork())) return undefined;
    const template = '{{with index .IPAM.Config 0}}{{.Gateway}} {{.Subnet}}{{end}}';
    const bridge = await docker(['network', 'inspect', '--format', template, 'bridge']);
    const [gateway = '', subnet = ''] = bridge.split(' ');
    // Where the engine does not tell it, it took the first address.
    if (await isOurs(gateway === '' ? subnet.replace(/\.0\/\d+$/, '.1') : gateway)) return undefined;
    return 'this is a container whose engine is outside of it';
  }

  /** Testcontainers knows nothing of Docker's contexts, looks for a gateway that may not be, and its reaper would have to be pulled. */
  async #tellTestcontainers(): Promise<void> {
    process.env['DOCKER_HOST'] ??= await docker(['context', 'inspect', '--format', '{{.Endpoints.docker.Host}}']);
    process.env['TESTCONTAINERS_HOST_OVERRIDE'] ??= '127.0.0.1';
    process.env['TESTCONTAINERS_RYUK_DISABLED'] = 'true';
  }
}

/** Whether an address is one of this machine. Its list of interfaces leaves out a bridge without containers. */
async function isOurs(address: string): Promise<boolean> {
  const server = createServer().listen(0, address);
  try {
    await once(server, 'listening');
    return true;
  } catch {
    return false; // EADDRNOTAVAIL
  } finally {
    server.close();
  }
}

export const containerEngine = new ContainerEngine();
