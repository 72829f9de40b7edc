import { operationsOf, type RpcInterface } from '../rpc-interface.ts';
import { lsarClose } from './lsar-close.ts';
import { lsarGetUserName } from './lsar-get-user-name.ts';
import { lsarLookupNames, lsarLookupNames2, lsarLookupNames3, lsarLookupNames4 } from './lsar-lookup-names.ts';
import { lsarLookupSids, lsarLookupSids2, lsarLookupSids3 } from './lsar-lookup-sids.ts';
import { lsarOpenPolicy, lsarOpenPolicy2 } from './lsar-open-policy.ts';
import { lsarQueryInformationPolicy, lsarQueryInformationPolicy2 } from './lsar-query-information-policy.ts';

/** The local security authority (MS-LSAD, MS-LSAT): names for SIDs and SIDs for names. */
export const lsarpc: RpcInterface = {
  syntax: { uuid: '12345778-1234-abcd-ef00-0123456789ab', major: 0, minor: 0 },
  address: '\\PIPE\\lsass',
  operations: operationsOf(
    lsarClose,
    lsarOpenPolicy,
    lsarOpenPolicy2,
    lsarQueryInformationPolicy,
    lsarQueryInformationPolicy2,
    lsarLookupNames,
    lsarLookupNames2,
    lsarLookupNames3,
    lsarLookupNames4,
    lsarLookupSids,
    lsarLookupSids2,
    lsarLookupSids3,
    lsarGetUserName,
  ),
};
