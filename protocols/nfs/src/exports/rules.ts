import type { NfsClientRule } from '@polynas/core/service';
import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Matches = (address: Address) => boolean;

/** Addresses remembered for each list of rules. */
const REMEMBERED = 4096;

/** The rules of one share, with what they said of the addresses that came so far. */
class Rules {
  private readonly rules: readonly { readonly matches: Matches; readonly rule: NfsClientRule | undefined }[];
  private readonly known = new Map<string, NfsClientRule | undefined>();

  constructor(rules: readonly NfsClientRule[]) {
    this.rules = rules.map((rule) => {
      const matches = parseClients(rule.clients);
      // One that cannot be read might have refused somebody: nobody gets past it.
      return matches === undefined ? { matches: () => true, rule: undefined } : { matches, rule };
    });
  }

  find(client: string): NfsClientRule | undefined {
    if (this.known.has(client)) return this.known.get(client);
    const address = ipaddr.isValid(client) ? ipaddr.process(client) : undefined;
    const rule = address && this.rules.find(({ matches }) => matches(address))?.rule;
    if (this.known.size >= REMEMBERED) this.known.clear();
    this.known.set(client, rule);
    return rule;
  }
}

/** Which rule of a share decides for a client's address (`NfsClientRule`). */
export class ClientRules {
  /** A share that changes comes with a list of its own. */
  private readonly lists = new WeakMap<readonly NfsClientRule[], Rules>();

  /** The first rule that matches; `undefined`: refused. */
  find(rules: readonly NfsClientRule[], client: string): NfsClientRule | undefined {
    let list = this.lists.get(rules);
    if (list === undefined) this.lists.set(rules, (list = new Rules(rules)));
    return list.find(client);
  }
}

/** `*`, an address or a CIDR prefix; `undefined` for what is none of them. */
function parseClients(clients: string): Matches | undefined {
  if (clients === '*') return () => true;
  if (ipaddr.isValidCIDR(clients)) {
    const [network, bits] = ipaddr.parseCIDR(clients);
    return (address) => address.kind() === network.kind() && address.match(network, bits);
  }
  if (!ipaddr.isValid(clients)) return undefined;
  const only = ipaddr.process(clients);
  return (address) => address.kind() === only.kind() && address.toNormalizedString() === only.toNormalizedString();
}
