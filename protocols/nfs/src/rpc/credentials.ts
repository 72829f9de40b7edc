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

/**
 * Decodes credentials and remembers the last ones: a client sends the same bytes with call after call, and the same
 * object comes back for them (so that its principal can be remembered by the object).
 */
export class CredentialDecoder {
  private lastBody = new Uint8Array(0);
  private last: Credentials | undefined;

  /**
   * @returns `undefined` for a flavor that we do not know
   * @throws WireError when the body is malformed
   */
  decode(flavor: number, body: Uint8Array): Credentials | undefined {
    if (flavor === AuthFlavor.AUTH_NONE) return NO_CREDENTIALS;
    if (flavor !== AuthFlavor.AUTH_SYS) return undefined;
    if (this.last !== undefined && Buffer.compare(body, this.lastBody) === 0) return this.last;
    // A copy: the credentials outlive the receive buffer that the body is a window of.
    this.lastBody = body.slice();
    this.last = undefined;
    const { machinename, uid, gid, gids } = decodeAuthsysParms(new Reader(this.lastBody));
    this.last = { flavor: 'sys', machineName: machinename, uid, gid, gids };
    return this.last;
  }
}
