import type { AccountService, FileService, ShareService } from '@polynas/core/service';

/** What the server calls: the part of core's services that NFSv3 and MOUNT need, so that others can give it as well. */
export interface NfsServices {
  readonly files: Omit<
    FileService,
    'getxattr' | 'listxattr' | 'setxattr' | 'removexattr' | 'pathBelow' | 'streams' | 'stream'
  >;
  readonly shares: Pick<ShareService, 'list' | 'byId' | 'byName' | 'nameAt'>;
  readonly accounts: Pick<AccountService, 'unixPrincipal'>;
}
