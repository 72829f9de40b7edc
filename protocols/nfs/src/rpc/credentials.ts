import { Reader } from '@polynas/core/wire';
import { AuthFlavor, decodeAuthsysParms } from '../xdr/rpc.ts';

/** Who the client says is calling. AUTH_SYS is a claim: the address rules of the export decide what it is worth. */
export type Credentials =
  | { readonly flavor: 'none' }
  | {
      readonly flavor: 'sys';
      /** Bytes as sent, at most 255. */
      readonly machineName: Uint8Array;
      readonly uid: number;
      readonly gid: number;
      /** Supplementary groups, at most 16. */
      readonly gids: readonly number[];
    };

export const NO_CREDENTIALS: Credentials = { flavor: 'none' };

/** Credentials remembered for one connection: a host's users share it. */
const REMEMBERED = 16;

/**
 * Decodes credentials and remembers the last ones: a client sends the same bytes with call after call, and the same
 * object comes back for them (so that its principal can be remembered by the object).
 */
export class CredentialDecoder {
  /** The one used last is first, so that a look takes one comparison as a rule. */
  private readonly known: { readonly body: Uint8Array; readonly credentials: Credentials }[] = [];

  /**
   * @returns `undefined` for a flavor that we do not know
   * @throws WireError when the body is malformed
   */
  decode(flavor: number, body: Uint8Array): Credentials | undefined {
    if (flavor === AuthFlavor.AUTH_NONE) return NO_CREDENTIALS;
    if (flavor !== AuthFlavor.AUTH_SYS) return undefined;
    const { known } = this;
    for (const [index, entry] of known.entries()) {
      if (Buffer.compare(body, entry.body) !== 0) continue;
      if (index > 0) {
        known.splice(index, 1);
        known.unshift(entry);
      }
      return entry.credentials;
    }
    // A copy: the credentials outlive the receive buffer that the body is a window of.
    const own = new Uint8Array(body);
    const { machinename, uid, gid, gids } = decodeAuthsysParms(new Reader(own));
    const credentials: Credentials = { flavor: 'sys', machineName: machinename, uid, gid, gids };
    known.unshift({ body: own, credentials });
    if (known.length > REMEMBERED) known.pop();
    return credentials;
  }
}
