import type { AccountService } from '@polynas/core/service';
import type { Link } from '../../server/link.ts';
import type { LiveSession } from '../../server/live-session.ts';
import type { SmbParts } from '../../server/parts.ts';
import type { SessionSetupExchange } from '../../server/session-setup-exchange.ts';
import { fileTimeNow } from '../../server/time.ts';
import { Acceptor } from '../../spnego/acceptor.ts';

/** A user as a client names it: `name`, or `name@tenant`. A domain says nothing, since this server is in none. */
export function userNamed(
  accounts: Pick<AccountService, 'tenants'>,
  userName: string,
  defaultTenant: string,
): { readonly tenant: string; readonly name: string } {
  const at = userName.lastIndexOf('@');
  if (at > 0) {
    const wanted = userName.slice(at + 1).toLowerCase();
    const tenant = accounts.tenants().find((one) => one.name.toLowerCase() === wanted);
    if (tenant !== undefined) return { tenant: tenant.name, name: userName.slice(0, at) };
  }
  return { tenant: defaultTenant, name: userName };
}

/** @param again the session that authenticates again, or none for a new one */
export function beginExchange(link: Link, parts: SmbParts, again: LiveSession | undefined): SessionSetupExchange {
  const { serverName, services, clock, random, defaultTenant } = parts;
  const claimed: SessionSetupExchange['claimed'] = {};
  const acceptor = new Acceptor({
    ...{ computerName: serverName, domainName: serverName },
    ...{ dnsComputerName: serverName.toLowerCase(), dnsDomainName: serverName.toLowerCase() },
    now: () => fileTimeNow(clock),
    random,
    ntHashOf: async (userName) => {
      const { tenant, name } = userNamed(services.accounts, userName, defaultTenant);
      const found = services.accounts.ntCredential(tenant, name);
      if (found !== undefined) claimed.principal = found.principal;
      return found?.hash;
    },
  });
  return {
    ...{ sessionId: again?.id ?? link.table.newId(), acceptor, preauth: link.preauth.fork(), again, claimed },
    busy: false,
  };
}
