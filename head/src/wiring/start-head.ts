import { injector } from '@tsed/di';
import type { Logger } from 'pino';
import type { Settings } from '../config/settings.ts';
import type { Lifecycle } from '../lifecycle.ts';
import { banner } from '../start/banner.ts';
import { checkShares } from '../start/check-shares.ts';
import { FirstStartMark } from '../start/first-start.ts';
import { hostAddress } from '../start/host-address.ts';
import { version } from '../version.ts';
import { registerHeadParts } from './head-parts.ts';
import { provideValue } from './provide.ts';
import type { PartName, Parts } from './tokens.ts';
import { token } from './tokens.ts';

export interface HeadOptions {
  readonly settings: Settings;
  readonly logger: Logger;
  readonly lifecycle: Lifecycle;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface StartedHead {
  /** For people, once the doors are open. */
  readonly banner: string;
  /** To be called when the banner was printed: credentials of a first start are not made again. */
  shown(): Promise<void>;
}

async function part<Name extends PartName>(name: Name): Promise<Parts[Name]> {
  return injector().invoke<Promise<Parts[Name]>>(token(name));
}

/** Starts everything; what was started registers with the lifecycle how to stop. One head per process (Ts.ED has one injector). */
export async function startHead({ settings, logger, lifecycle, environment }: HeadOptions): Promise<StartedHead> {
  provideValue('settings', settings);
  provideValue('logger', logger);
  provideValue('lifecycle', lifecycle);
  provideValue('environment', environment);
  registerHeadParts();

  const core = await part('core');
  await checkShares(core, (await part('volumes')).byName(), settings.volumes, logger);
  await part('admin');
  const { firstStart } = await part('filled');
  const { door: nfs } = await part('nfs');
  const { door: s3 } = await part('s3');
  const { door: smb } = await part('smb');
  const { door: swift } = await part('swift');
  const text = banner({
    version,
    settings,
    nfs: nfs?.listening,
    s3: s3?.listening,
    smb: smb?.listening,
    swift: swift?.listening,
    shares: core.shares.all(),
    nameAt: (door, share) => core.shares.nameAt(door, share),
    hostAddress: hostAddress(),
    firstStart,
  });
  const shown = async () => {
    if (firstStart) await new FirstStartMark(settings.dataDirectory).clear();
  };
  return { banner: text, shown };
}
