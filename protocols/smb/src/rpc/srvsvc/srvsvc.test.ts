import { describe, expect, it } from 'vitest';
import { ask, fakeCall } from '../test/fake-call.ts';
import { netrConnectionEnum } from './netr-connection-enum.ts';
import { netrFileEnum } from './netr-file-enum.ts';
import { netrRemoteTod } from './netr-remote-tod.ts';
import { netrServerGetInfo } from './netr-server-get-info.ts';
import { netrSessionEnum } from './netr-session-enum.ts';
import { netrShareEnumSticky } from './netr-share-enum-sticky.ts';
import { netrShareEnum } from './netr-share-enum.ts';
import type { ShareEnumerationResponse } from './share-enumeration.ts';
import { netrShareGetInfo } from './netr-share-get-info.ts';
import { ShareType } from './share-info.ts';

const ALL = 0xffff_ffff;
const call = fakeCall({ shares: ['data', 'Fotos', 'tëst'] });
const level = (selector: number) => ({ selector, arm: { buffer: undefined } });
const wanted = (selector: number) => ({
  serverName: '\\\\nas',
  infoStruct: level(selector),
  preferedMaximumLength: ALL,
  resumeHandle: 0,
});

describe('NetrShareEnum', () => {
  it('lists the shares of the tenant under their names at the door, and IPC$', () => {
    const { infoStruct, ...rest } = ask(call, netrShareEnum, wanted(1));
    expect(infoStruct.arm?.buffer).toEqual([
      { netname: 'data', type: ShareType.DISKTREE, remark: '' },
      { netname: 'Fotos', type: ShareType.DISKTREE, remark: '' },
      { netname: 'tëst', type: ShareType.DISKTREE, remark: '' },
      { netname: 'IPC$', type: ShareType.IPC + ShareType.SPECIAL, remark: 'Remote IPC' },
    ]);
    expect(rest).toEqual({ totalEntries: 4, resumeHandle: 0, status: 0 });
  });

  it('shows another tenant nothing of it', () => {
    const { infoStruct } = ask({ ...call, tenant: 'red' }, netrShareEnum, wanted(0));
    expect(infoStruct.arm?.buffer).toEqual([{ netname: 'IPC$' }]);
  });

  it('has every level of the containers', () => {
    const first = (selector: number) => ask(call, netrShareEnum, wanted(selector)).infoStruct.arm?.buffer?.[0];
    const basic = { netname: 'data', type: 0, remark: '' };
    const located = {
      ...basic,
      permissions: 0,
      maxUses: -1,
      currentUses: 0,
      path: 'C:\\data',
      passwd: undefined,
    };
    expect(first(0)).toEqual({ netname: 'data' });
    expect(first(2)).toEqual(located);
    expect(first(501)).toEqual({ ...basic, flags: 0 });
    expect(first(502)).toEqual({ ...located, reserved: 0, securityDescriptor: undefined });
    expect(first(503)).toEqual({ ...located, servername: '*', reserved: 0, securityDescriptor: undefined });
  });

  it('goes on from the resume handle where not all fitted', () => {
    const names: unknown[] = [];
    let resumeHandle: number | undefined = 0;
    let status: number;
    const totals: number[] = [];
    do {
      const answer: ShareEnumerationResponse = ask(call, netrShareEnum, {
        ...wanted(1),
        preferedMaximumLength: 130,
        resumeHandle,
      });
      names.push(...(answer.infoStruct.arm?.buffer ?? []).map(({ netname }) => netname));
      totals.push(answer.totalEntries);
      ({ resumeHandle, status } = answer);
    } while (status === 234);
    expect(names).toEqual(['data', 'Fotos', 'tëst', 'IPC$']);
    expect(totals).toEqual([4, 3, 2, 1]);
    expect([status, resumeHandle]).toEqual([0, 0]);
  });

  it('never answers nothing for want of room, and nothing beyond the end', () => {
    const one = ask(call, netrShareEnum, { ...wanted(1), preferedMaximumLength: 0, resumeHandle: undefined });
    expect(one).toMatchObject({
      status: 234,
      resumeHandle: undefined,
      infoStruct: { arm: { buffer: [{ netname: 'data' }] } },
    });
    const beyond = ask(call, netrShareEnum, { ...wanted(1), resumeHandle: 4_000_000_000 });
    expect(beyond).toMatchObject({ status: 0, totalEntries: 0, infoStruct: { arm: { buffer: [] } } });
  });

  it('refuses levels that it does not have', () => {
    const answer = ask(call, netrShareEnum, { ...wanted(77), infoStruct: { selector: 77, arm: undefined } });
    expect(answer).toMatchObject({ status: 124, infoStruct: { selector: 77, arm: undefined } });
  });

  it('NetrShareEnumSticky leaves out IPC$, and level 501', () => {
    expect(ask(call, netrShareEnumSticky, wanted(501)).status).toBe(124);
    const { infoStruct } = ask(call, netrShareEnumSticky, wanted(0));
    expect(infoStruct.arm?.buffer).toEqual([{ netname: 'data' }, { netname: 'Fotos' }, { netname: 'tëst' }]);
  });
});

describe('NetrShareGetInfo', () => {
  const get = (netName: string, selector: number) =>
    ask(call, netrShareGetInfo, { serverName: undefined, netName, level: selector });

  it('finds a share in any case of letters', () => {
    expect(get('FOTOS', 1)).toEqual({
      infoStruct: { selector: 1, arm: { netname: 'Fotos', type: 0, remark: '' } },
      status: 0,
    });
    expect(get('ipc$', 0).infoStruct.arm).toEqual({ netname: 'IPC$' });
  });

  it('has all levels', () => {
    for (const selector of [0, 1, 2, 501, 502, 503, 1004, 1005, 1006, 1501])
      expect(get('data', selector).status).toBe(0);
    expect(get('data', 1005).infoStruct.arm).toEqual({ flags: 0 });
  });

  it('refuses what is not there', () => {
    expect(get('nothing', 1)).toEqual({ infoStruct: { selector: 1, arm: undefined }, status: 2310 });
    expect(get('data', 3)).toEqual({ infoStruct: { selector: 3, arm: undefined }, status: 124 });
  });
});

it('NetrServerGetInfo tells name, version and type', () => {
  const get = (selector: number) => ask(call, netrServerGetInfo, { serverName: undefined, level: selector });
  expect(get(100).infoStruct.arm).toEqual({ platformId: 500, name: 'POLYNAS' });
  expect(get(101)).toEqual({
    infoStruct: {
      selector: 101,
      arm: { platformId: 500, name: 'POLYNAS', versionMajor: 6, versionMinor: 1, type: 0x9803, comment: '' },
    },
    status: 0,
  });
  expect(get(102).infoStruct.arm).toMatchObject({ users: -1, hidden: 1, userpath: '' });
  expect(get(103)).toEqual({ infoStruct: { selector: 103, arm: undefined }, status: 124 });
});

it('NetrRemoteTOD tells the time in UTC', () => {
  expect(ask(call, netrRemoteTod, { serverName: undefined }).bufferPtr).toMatchObject({
    elapsed: Date.UTC(2026, 10, 23, 6, 57, 34) / 1000,
    hours: 6,
    mins: 57,
    secs: 34,
    hunds: 56,
    timezone: 0,
    day: 23,
    month: 11,
    year: 2026,
    weekday: 1,
  });
});

it.each([
  ['NetrConnectionEnum', netrConnectionEnum, { serverName: undefined, qualifier: 'data' }, 1],
  ['NetrFileEnum', netrFileEnum, { serverName: undefined, basePath: undefined, userName: undefined }, 3],
  ['NetrSessionEnum', netrSessionEnum, { serverName: undefined, clientName: undefined, userName: undefined }, 10],
] as const)('%s is for administrators of the console', (_name, operation, names, selector) => {
  const arm = { buffer: undefined };
  const request = { names, preferedMaximumLength: ALL, resumeHandle: 0 };
  expect(ask(call, operation, { ...request, infoStruct: { selector, arm } })).toEqual({
    infoStruct: { selector, arm },
    totalEntries: 0,
    resumeHandle: 0,
    status: 5,
  });
  // Some clients point to an array of no elements.
  expect(ask(call, operation, { ...request, infoStruct: { selector, arm: { buffer: [] } } }).status).toBe(5);
  const other = ask(call, operation, { ...request, infoStruct: { selector: 99, arm: undefined } });
  expect(other.status).toBe(124);
});
