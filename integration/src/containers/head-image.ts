import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { containerEngine } from './container-engine.ts';
import { tryDocker } from './docker-cli.ts';

const checkout = fileURLToPath(new URL('../../../', import.meta.url));
const dockerfile = join(checkout, 'docker/Dockerfile');
const builtName = 'polynas:integration';

const pullMilliseconds = 120_000;
export const buildMilliseconds = 600_000;

/** What a build says when it is the network that failed it, and not the Dockerfile. */
const networkFailure =
  /EAI_AGAIN|ENOTFOUND|ETIMEDOUT|ECONNREFUSED|ECONNRESET|SELF_SIGNED_CERT|Temporary failure|Could not resolve|Unable to fetch|TLS handshake/;

export type HeadImage = { readonly name: string; readonly unavailable: undefined } | { readonly unavailable: string };

/**
 * The image of the head: the one that POLYNAS_IMAGE names, else one built from this checkout as docs/docker.md says.
 * POLYNAS_IMAGE_ARGS holds build arguments, `NAME=VALUE` with blanks between them.
 *
 * @throws Error when the Dockerfile fails for another reason than what the network withholds
 */
export async function headImage(): Promise<HeadImage> {
  const given = process.env['POLYNAS_IMAGE'];
  if (given !== undefined) {
    const missing = await obtain(given);
    return missing === undefined ? { name: given, unavailable: undefined } : { unavailable: missing };
  }
  const buildArguments = (process.env['POLYNAS_IMAGE_ARGS'] ?? '').split(' ').filter((text) => text !== '');
  for (const base of basesWith(buildArguments)) {
    const missing = await obtain(base);
    if (missing !== undefined) return { unavailable: missing };
  }
  const args = [
    'build',
    '--file',
    dockerfile,
    '--tag',
    builtName,
    ...buildArguments.flatMap((text) => ['--build-arg', text]),
  ];
  if (await containerEngine.onHostNetwork()) args.push('--network', 'host');
  const built = await tryDocker([...args, checkout], buildMilliseconds);
  if (built.status === 0) return { name: builtName, unavailable: undefined };
  // The classic builder tells the output of programs on standard output, BuildKit on standard error.
  const said = `${built.stdout.toString().slice(-20_000)}${built.stderr}`;
  const reason = networkFailure.exec(said)?.[0];
  if (reason !== undefined) return { unavailable: `the image cannot be built without its packages: ${reason}` };
  throw new Error(`the image cannot be built (status ${built.status}):\n${said.slice(-4000)}`);
}

/** The images that the Dockerfile begins with. */
function basesWith(buildArguments: readonly string[]): ReadonlySet<string> {
  const defaults = readFileSync(dockerfile, 'utf8').matchAll(/^ARG ((?:BUILD_)?BASE)=(\S+)$/gm);
  return new Set(
    [...defaults].map(([, name = '', value = '']) => {
      const given = buildArguments.find((text) => text.startsWith(`${name}=`));
      return given?.slice(name.length + 1) ?? value;
    }),
  );
}

/** Pulls an image that is not here; why that did not succeed, or undefined. */
async function obtain(image: string): Promise<string | undefined> {
  if ((await tryDocker(['image', 'inspect', image])).status === 0) return undefined;
  const pulled = await tryDocker(['pull', '--quiet', image], pullMilliseconds);
  if (pulled.status === 0) return undefined;
  const said = pulled.status === -1 ? 'no end in sight' : pulled.stderr.trim().split('\n').at(-1);
  return `image ${image} cannot be pulled: ${said}`;
}
