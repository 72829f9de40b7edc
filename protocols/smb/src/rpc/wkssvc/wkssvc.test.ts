import { expect, it } from 'vitest';
import { ask, fakeCall } from '../test/fake-call.ts';
import { netrWkstaGetInfo } from './netr-wksta-get-info.ts';

it('NetrWkstaGetInfo tells name and workgroup', () => {
  const get = (level: number) => ask(fakeCall(), netrWkstaGetInfo, { serverName: '\\\\nas', level });
  const basic = { platformId: 500, computername: 'POLYNAS', langroup: 'WORKGROUP', verMajor: 6, verMinor: 1 };
  expect(get(100)).toEqual({ wkstaInfo: { selector: 100, arm: basic }, status: 0 });
  expect(get(101).wkstaInfo.arm).toEqual({ ...basic, lanroot: '' });
  expect(get(102).wkstaInfo.arm).toEqual({ ...basic, lanroot: '', loggedOnUsers: 0 });
  expect(get(502)).toEqual({ wkstaInfo: { selector: 502, arm: undefined }, status: 124 });
});
