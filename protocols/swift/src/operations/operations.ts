import type { Reply } from '@polynas/http';
import type { ContainerHandle, Handle } from '../operation.ts';
import type { Request } from '../request/request.ts';
import type { DoorContext } from '../request/context.ts';
import { memberOf, openContainer } from '../request/grant.ts';
import { unauthorized } from '../request/identity.ts';
import type { Route } from '../routing/route.ts';
import type { Operation, table } from '../routing/table.ts';
import { bulkDelete } from './bulk-delete.ts';
import { copyObject } from './copy-object.ts';
import { deleteContainer } from './delete-container.ts';
import { deleteLargeObject } from './delete-large-object.ts';
import { deleteObject } from './delete-object.ts';
import { extractArchive } from './extract-archive.ts';
import { formPost } from './form-post.ts';
import { getAccount } from './get-account.ts';
import { getContainer } from './get-container.ts';
import { getManifest } from './get-manifest.ts';
import { getObject } from './get-object.ts';
import { headAccount } from './head-account.ts';
import { headContainer } from './head-container.ts';
import { headObject } from './head-object.ts';
import { info } from './info.ts';
import { issueTokenV2 } from './issue-token-v2.ts';
import { issueToken } from './issue-token.ts';
import { listProjects, listTenants, showProject } from './list-projects.ts';
import { options } from './options.ts';
import { postAccount } from './post-account.ts';
import { postContainer } from './post-container.ts';
import { postObject } from './post-object.ts';
import { putContainer } from './put-container.ts';
import { putManifest } from './put-manifest.ts';
import { putObjectCopy } from './put-object-copy.ts';
import { putObject } from './put-object.ts';
import { revokeToken } from './revoke-token.ts';
import { showCatalog } from './show-catalog.ts';
import { tempAuth } from './temp-auth.ts';
import { validateToken } from './validate-token.ts';
import { listVersions, showVersion2, showVersion3 } from './versions.ts';

type RowOf<Access> = Extract<(typeof table)[number], { readonly access: Access }>;
/** Operations in a container that is there. */
type ContainerOperation = RowOf<'list' | 'read' | 'write' | 'manage'>['operation'];

const inContainers: Readonly<Record<ContainerOperation, ContainerHandle>> = {
  GetContainer: getContainer,
  HeadContainer: headContainer,
  PostContainer: postContainer,
  DeleteContainer: deleteContainer,
  GetManifest: getManifest,
  GetObject: getObject,
  HeadObject: headObject,
  PutManifest: putManifest,
  PutObjectCopy: putObjectCopy,
  PutObject: putObject,
  PostObject: postObject,
  DeleteLargeObject: deleteLargeObject,
  DeleteObject: deleteObject,
  CopyObject: copyObject,
};

const others: Readonly<Record<Exclude<Operation, ContainerOperation>, Handle>> = {
  TempAuth: tempAuth,
  ListVersions: listVersions,
  ShowVersion3: showVersion3,
  ShowVersion2: showVersion2,
  IssueToken: issueToken,
  ValidateToken: validateToken,
  RevokeToken: revokeToken,
  ShowCatalog: showCatalog,
  ListProjects: listProjects,
  ShowProject: showProject,
  IssueTokenV2: issueTokenV2,
  ListTenants: listTenants,
  Info: info,
  BulkDelete: bulkDelete,
  ExtractArchive: extractArchive,
  GetAccount: getAccount,
  HeadAccount: headAccount,
  PostAccount: postAccount,
  PutContainer: putContainer,
  FormPost: formPost,
  Options: options,
};

/** Answers a routed request: its row's preconditions, then its handler. */
export async function answer(context: DoorContext, request: Request, row: Route): Promise<Reply> {
  switch (row.access) {
    case 'list':
    case 'read':
    case 'write':
    case 'manage': {
      const granted = openContainer(context, request, request.target, row.access);
      return inContainers[row.operation as ContainerOperation](context, request, granted);
    }
    case 'member':
      memberOf(context, request);
      break;
    case 'token':
      if (request.identity.token === undefined) throw unauthorized();
      break;
    case 'anyone':
      break;
  }
  return others[row.operation as Exclude<Operation, ContainerOperation>](context, request);
}
