import type { Principal, Services, Share, User } from '@polynas/core/service';
import { ContextHandles } from '../context-handles.ts';
import type { RpcCall, RpcContext } from '../context.ts';
import { decodeStub, encodeStub } from '../ndr/ndr.ts';
import type { Operation } from '../rpc-interface.ts';

/** A tenant with users and shares, as far as the services ask. */
export interface FakeTenant {
  readonly users?: readonly Pick<User, 'name' | 'uid' | 'gid'>[];
  readonly shares?: readonly string[];
}

const fold = (text: string): string => text.toLowerCase();

function accountsOf({ users = [] }: FakeTenant): Partial<Services['accounts']> {
  return {
    userByUid: (tenant, uid) => users.find((user) => tenant === 'blue' && user.uid === uid) as User | undefined,
    userByName: (tenant, name) =>
      users.find((user) => tenant === 'blue' && fold(user.name) === fold(name)) as User | undefined,
  };
}

function sharesOf({ shares = [] }: FakeTenant): Partial<Services['shares']> {
  const all = shares.map((name, index) => ({ id: index + 1, name, tenant: 'blue' }) as Share);
  return {
    list: (door, tenant) => (door === 'smb' && tenant === 'blue' ? all : []),
    byName: (door, tenant, name) =>
      door === 'smb' && tenant === 'blue' ? all.find((share) => fold(share.name) === fold(name)) : undefined,
    nameAt: (_door, share) => share.name,
  };
}

/** What a pipe of `alice@blue` at 2026-11-23T06:57:34.567Z is opened with. */
export function fakeContext(tenant: FakeTenant = {}, fault: (error: unknown) => void = fail): RpcContext {
  let random = 0;
  return {
    services: { accounts: accountsOf(tenant), shares: sharesOf(tenant) } as RpcContext['services'],
    clock: { now: () => Date.UTC(2026, 10, 23, 6, 57, 34, 567) },
    random: (length) => new Uint8Array(length).fill((random += 1)),
    observer: { fault },
    serverName: 'POLYNAS',
    serverGuid: Uint8Array.from({ length: 16 }, (_, index) => index),
    principal: { name: 'alice' } as Principal,
    tenant: 'blue',
  };
}

function fail(error: unknown): void {
  throw error;
}

export function fakeCall(tenant: FakeTenant = {}): RpcCall {
  const context = fakeContext(tenant);
  return { ...context, handles: new ContextHandles(context.random) };
}

/** Answers a request the way that it goes over the wire, both ways through the codecs. */
export function ask<Q, R>(call: RpcCall, operation: Operation<Q, R>, request: Q): R {
  const limit = 1024 * 1024;
  const arrived = decodeStub(operation.request, encodeStub(operation.request, request, limit));
  return decodeStub(operation.response, encodeStub(operation.response, operation.answer(call, arrived), limit));
}
