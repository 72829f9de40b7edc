import type { AccountService, EventService, FileService, ShareService, StateService } from '@polynas/core/service';

type FileCalls =
  | ('root' | 'limits' | 'statfs' | 'getattr' | 'setattr' | 'lookup' | 'readlink' | 'pathBelow')
  | ('create' | 'mkdir' | 'link' | 'remove' | 'rmdir' | 'readdir' | 'streams' | 'stream')
  | ('getxattr' | 'listxattr' | 'setxattr' | 'removexattr');

/** What the server calls: the part of core's services that SMB needs, so that others can give it as well. */
export interface SmbServices {
  readonly accounts: Pick<AccountService, 'tenants' | 'userByName' | 'userByUid' | 'ntCredential' | 'principalOf'>;
  readonly shares: Pick<ShareService, 'list' | 'byId' | 'byName' | 'nameAt'>;
  readonly files: Pick<FileService, FileCalls>;
  readonly state: Pick<StateService, 'open' | 'rights' | 'lock' | 'unlock' | 'releaseClient'>;
  readonly events: EventService;
}
