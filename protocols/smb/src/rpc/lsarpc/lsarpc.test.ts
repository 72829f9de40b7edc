import { describe, expect, it } from 'vitest';
import { NtStatus } from '../../nt-status.ts';
import type { RpcCall } from '../context.ts';
import { NO_HANDLE } from '../ndr/context-handle.ts';
import { FaultStatus } from '../pdu/fault.ts';
import { RpcFault } from '../rpc-fault.ts';
import { ask, fakeCall } from '../test/fake-call.ts';
import { lsarClose } from './lsar-close.ts';
import { lsarGetUserName } from './lsar-get-user-name.ts';
import { lsarLookupNames, lsarLookupNames2, lsarLookupNames3, lsarLookupNames4 } from './lsar-lookup-names.ts';
import { lsarLookupSids, lsarLookupSids2, lsarLookupSids3 } from './lsar-lookup-sids.ts';
import { lsarOpenPolicy, lsarOpenPolicy2 } from './lsar-open-policy.ts';
import { lsarQueryInformationPolicy, lsarQueryInformationPolicy2 } from './lsar-query-information-policy.ts';

const MAXIMUM_ALLOWED = 0x0200_0000;
const objectAttributes = {
  length: 24,
  rootDirectory: undefined,
  objectName: undefined,
  attributes: 0,
  securityDescriptor: undefined,
  securityQualityOfService: { length: 12, impersonationLevel: 2, contextTrackingMode: 1, effectiveOnly: 0 },
} as const;

const tenant = {
  users: [
    { name: 'alice', uid: 1000, gid: 1000 },
    { name: 'Bob', uid: 1001, gid: 100 },
  ],
};
const SERVER_SID = 'S-1-5-21-117835012-185207048-252579084';

function opened(): { readonly call: RpcCall; readonly policyHandle: string } {
  const call = fakeCall(tenant);
  const request = { systemName: '\\\\nas', objectAttributes, desiredAccess: MAXIMUM_ALLOWED };
  return { call, policyHandle: ask(call, lsarOpenPolicy2, request).policyHandle };
}

function faultOf(work: () => unknown): number | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof RpcFault) return error.status;
    throw error;
  }
}

describe('policy handles', () => {
  it('are opened for looking, not for changing', () => {
    const open = (desiredAccess: number) =>
      ask(fakeCall(), lsarOpenPolicy, { systemName: 0x5c, objectAttributes, desiredAccess });
    for (const access of [MAXIMUM_ALLOWED, 0x801, 0x2000_0000, 0x8000_0000, 0x0002_0801]) {
      expect(open(access).status, access.toString(16)).toBe(NtStatus.SUCCESS);
    }
    for (const access of [0x000f_0fff, 0x1000_0000, 0x4000_0000, 0x10, 0x0004_0000]) {
      expect(open(access)).toEqual({ policyHandle: NO_HANDLE, status: NtStatus.ACCESS_DENIED });
    }
  });

  it('end with their close', () => {
    const { call, policyHandle } = opened();
    const query = { policyHandle, informationClass: 5 };
    expect(ask(call, lsarQueryInformationPolicy, query).status).toBe(0);
    expect(ask(call, lsarClose, { objectHandle: policyHandle })).toEqual({ objectHandle: NO_HANDLE, status: 0 });
    expect(faultOf(() => ask(call, lsarQueryInformationPolicy, query))).toBe(FaultStatus.CONTEXT_MISMATCH);
    expect(faultOf(() => ask(call, lsarClose, { objectHandle: policyHandle }))).toBe(FaultStatus.CONTEXT_MISMATCH);
  });

  it('are those of one pipe only, and not many', () => {
    const { policyHandle } = opened();
    const call = fakeCall(tenant);
    expect(faultOf(() => ask(call, lsarLookupSids, lookupOf(policyHandle, [])))).toBe(FaultStatus.CONTEXT_MISMATCH);
    const open = () => ask(call, lsarOpenPolicy2, { systemName: undefined, objectAttributes, desiredAccess: 1 });
    for (let count = 0; count < 64; count++) expect(open().status).toBe(0);
    expect(open()).toEqual({ policyHandle: NO_HANDLE, status: NtStatus.INSUFFICIENT_RESOURCES });
  });
});

describe('LsarQueryInformationPolicy', () => {
  it('tells the domain of the server and its workgroup', () => {
    const { call, policyHandle } = opened();
    for (const operation of [lsarQueryInformationPolicy, lsarQueryInformationPolicy2]) {
      const query = (informationClass: number) => ask(call, operation, { policyHandle, informationClass });
      expect(query(5).policyInformation?.arm).toEqual({ name: 'POLYNAS', sid: SERVER_SID });
      expect(query(3).policyInformation?.arm).toEqual({ name: 'WORKGROUP', sid: undefined });
      expect(query(6).policyInformation?.arm).toEqual({ lsaServerRole: 3 });
      expect(query(12).policyInformation?.arm).toMatchObject({ name: 'WORKGROUP', dnsDomainName: undefined });
      expect(query(1)).toEqual({ policyInformation: undefined, status: NtStatus.INVALID_PARAMETER });
    }
  });
});

function lookupOf(policyHandle: string, sids: readonly string[]) {
  return {
    policyHandle,
    sidEnumBuffer: { sids: sids.map((sid) => ({ sid })) },
    translatedNames: { names: undefined },
    lookupLevel: 1,
    mappedCount: 0,
    lookupOptions: 0,
    clientRevision: 2,
  };
}

function shownFor(sids: readonly string[]): readonly string[] {
  const { call, policyHandle } = opened();
  const { referencedDomains, translatedNames } = ask(call, lsarLookupSids, lookupOf(policyHandle, sids));
  return translatedNames.names!.map(({ use, name, domainIndex }) => {
    const domain = domainIndex === -1 ? '?' : referencedDomains?.domains?.[domainIndex!]?.name;
    return `${domain}\\${name} (${use})`;
  });
}

describe('LsarLookupSids', () => {
  it('names users and groups by their numbers', () => {
    const sids = [
      'S-1-22-1-1000',
      'S-1-22-1-1001',
      'S-1-22-1-7',
      'S-1-22-1-0',
      'S-1-22-2-1000',
      'S-1-22-2-1001',
      'S-1-22-2-0',
    ];
    expect(shownFor([...sids, 'S-1-5-88-1-1000'])).toEqual([
      'Unix User\\alice (1)',
      'Unix User\\Bob (1)',
      'Unix User\\7 (1)',
      'Unix User\\root (1)',
      'Unix Group\\alice (2)',
      'Unix Group\\1001 (2)',
      'Unix Group\\root (2)',
      'Unix User\\alice (1)',
    ]);
  });

  it('names what is known everywhere, and the server', () => {
    const sids = ['S-1-1-0', 'S-1-3-0', 'S-1-5-18', 'S-1-5-32-544', SERVER_SID, 'S-1-22-1'];
    expect(shownFor(sids)).toEqual([
      '\\Everyone (5)',
      '\\CREATOR OWNER (5)',
      'NT AUTHORITY\\SYSTEM (5)',
      'BUILTIN\\Administrators (4)',
      'POLYNAS\\ (3)',
      'Unix User\\ (3)',
    ]);
  });

  it('shows what it does not know as it is, and counts the others', () => {
    const { call, policyHandle } = opened();
    const ask15 = (...sids: string[]) => ask(call, lsarLookupSids, lookupOf(policyHandle, sids));
    expect(ask15('S-1-1-0', 'S-1-5-21-1-2-3-500', 'S-1-1-0')).toEqual({
      referencedDomains: { domains: [{ name: '', sid: 'S-1-1' }], maxEntries: 1 },
      translatedNames: {
        names: [
          { use: 5, name: 'Everyone', domainIndex: 0 },
          { use: 8, name: 'S-1-5-21-1-2-3-500', domainIndex: -1 },
          { use: 5, name: 'Everyone', domainIndex: 0 },
        ],
      },
      mappedCount: 2,
      status: 0x107,
    });
    expect(ask15('S-1-5-21-1-2-3-500')).toMatchObject({ mappedCount: 0, status: 0xc000_0073 });
    expect(ask15()).toMatchObject({ mappedCount: 0, status: 0 });
  });

  it('LsarLookupSids2 has flags beside', () => {
    const { call, policyHandle } = opened();
    const { translatedNames } = ask(call, lsarLookupSids2, lookupOf(policyHandle, ['S-1-22-1-1000']));
    expect(translatedNames.names).toEqual([{ use: 1, name: 'alice', domainIndex: 0, flags: 0 }]);
  });

  it('LsarLookupSids3 needs a secure channel', () => {
    expect(ask(fakeCall(), lsarLookupSids3, lookupOf('', ['S-1-1-0']))).toEqual({
      referencedDomains: undefined,
      translatedNames: { names: undefined },
      mappedCount: 0,
      status: NtStatus.ACCESS_DENIED,
    });
  });
});

function namesOf(policyHandle: string, names: readonly string[]) {
  return {
    policyHandle,
    names,
    translatedSids: { sids: undefined },
    lookupLevel: 1,
    mappedCount: 0,
    lookupOptions: 0,
    clientRevision: 2,
  };
}

function sidsFor(...names: string[]): readonly (string | undefined)[] {
  const { call, policyHandle } = opened();
  return ask(call, lsarLookupNames3, namesOf(policyHandle, names)).translatedSids.sids!.map(({ sid }) => sid);
}

describe('LsarLookupNames', () => {
  it('finds users in any case of letters, alone and in their domains', () => {
    expect(sidsFor('alice', 'ALICE', 'Unix User\\bob', 'polynas\\Alice', 'Unix User\\1234', 'root')).toEqual([
      'S-1-22-1-1000',
      'S-1-22-1-1000',
      'S-1-22-1-1001',
      'S-1-22-1-1000',
      'S-1-22-1-1234',
      'S-1-22-1-0',
    ]);
  });

  it('finds users by the names that they log on with', () => {
    expect(sidsFor('alice@blue', 'Alice@polynas', 'alice@red', '@blue')).toEqual([
      'S-1-22-1-1000',
      'S-1-22-1-1000',
      undefined,
      undefined,
    ]);
  });

  it('finds groups in their domain only', () => {
    expect(sidsFor('unix group\\alice', 'Unix Group\\100', 'Unix Group\\root', 'Unix Group\\bob', '100')).toEqual([
      'S-1-22-2-1000',
      'S-1-22-2-100',
      'S-1-22-2-0',
      undefined,
      undefined,
    ]);
  });

  it('finds well-known names and domains', () => {
    expect(sidsFor('everyone', 'NT Authority\\system', 'BUILTIN\\Users', 'builtin\\', 'polynas', 'POLYNAS\\')).toEqual([
      'S-1-1-0',
      'S-1-5-18',
      'S-1-5-32-545',
      'S-1-5-32',
      SERVER_SID,
      SERVER_SID,
    ]);
  });

  it('does not find what nobody bears', () => {
    expect(sidsFor('carol', 'OTHER\\alice', 'Unix User\\4294967295', 'OTHER\\', '', '\\')).toEqual(
      Array.from({ length: 6 }),
    );
  });

  it('every name that a SID is shown with is found again', () => {
    for (const sid of ['S-1-22-1-1000', 'S-1-22-1-77', 'S-1-22-2-1000', 'S-1-22-2-77', 'S-1-5-18', 'S-1-5-32-546']) {
      const shown = shownFor([sid])[0]!.replace(/ \(\d\)$/, '');
      expect(sidsFor(shown), shown).toEqual([sid]);
    }
  });

  it('tells the relative id where the call has no SIDs', () => {
    const { call, policyHandle } = opened();
    const request = namesOf(policyHandle, ['alice', 'POLYNAS', 'nobody']);
    const domains = [
      { name: 'Unix User', sid: 'S-1-22-1' },
      { name: 'POLYNAS', sid: SERVER_SID },
    ];
    expect(ask(call, lsarLookupNames, request)).toEqual({
      referencedDomains: { domains, maxEntries: 2 },
      translatedSids: {
        sids: [
          { use: 1, relativeId: 1000, domainIndex: 0 },
          { use: 3, relativeId: 0xffff_ffff, domainIndex: 1 },
          { use: 8, relativeId: 0, domainIndex: -1 },
        ],
      },
      mappedCount: 2,
      status: 0x107,
    });
    expect(ask(call, lsarLookupNames2, request).translatedSids.sids?.[0]).toEqual({
      use: 1,
      relativeId: 1000,
      domainIndex: 0,
      flags: 0,
    });
  });

  it('LsarLookupNames4 needs a secure channel', () => {
    expect(ask(fakeCall(), lsarLookupNames4, namesOf('', ['alice'])).status).toBe(NtStatus.ACCESS_DENIED);
  });
});

it('LsarGetUserName tells who the caller is', () => {
  const get = (domainName: { name: undefined } | undefined) =>
    ask(fakeCall(), lsarGetUserName, { systemName: undefined, userName: undefined, domainName });
  expect(get({ name: undefined })).toEqual({ userName: 'alice', domainName: { name: 'POLYNAS' }, status: 0 });
  expect(get(undefined)).toEqual({ userName: 'alice', domainName: undefined, status: 0 });
});
