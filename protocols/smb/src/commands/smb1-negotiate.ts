import { type Gathered, WireError, Writer } from '@polynas/core/wire';
import { Command, Dialect } from '../messages/command.ts';
import { encodeMessage } from '../messages/compound.ts';
import { HeaderFlag, NO_SIGNATURE } from '../messages/header.ts';
import { negotiateResponse } from '../messages/negotiate.ts';
import { smb1NegotiateDialects } from '../messages/smb1-negotiate.ts';
import type { Link } from '../server/link.ts';
import type { SmbParts } from '../server/parts.ts';
import { dialectTerms, responseOf } from './negotiate/terms.ts';

/**
 * Answers an SMB1 multi-protocol negotiate in SMB2 (MS-SMB2 3.3.5.3): "SMB 2.???" gets the wildcard, after which a second NEGOTIATE
 * is due; "SMB 2.002" alone is 2.0.2. SMB1 itself is not served: a client of nothing else is a {@link WireError}.
 */
export function smb1Negotiate(link: Link, parts: SmbParts, bytes: Uint8Array): Gathered {
  const dialects = smb1NegotiateDialects(bytes);
  const wildcard = dialects.includes('SMB 2.???');
  if (!wildcard && !dialects.includes('SMB 2.002')) throw new WireError('SMB1 is not served');
  const dialect = wildcard ? Dialect.WILDCARD : Dialect.SMB_2_0_2;
  const terms = dialectTerms(link.serverLimits, dialect);
  if (wildcard) link.phase = 'wildcard';
  else
    link.settle({
      ...terms,
      clientGuid: new Uint8Array(16),
      clientCapabilities: 0,
      clientSecurityMode: 0,
      clientDialects: [Dialect.SMB_2_0_2],
    });
  // The SMB1 message counts as MessageId 0.
  link.window.take(0n, 1);
  const header = {
    ...{ creditCharge: 0, status: 0, command: Command.NEGOTIATE, credits: link.window.grant(1), messageId: 0n },
    ...{ flags: HeaderFlag.SERVER_TO_REDIR, nextCommand: 0, sessionId: 0n, signature: NO_SIGNATURE },
    ...{ reserved: 0, treeId: 0 },
  };
  return encodeMessage(new Writer(512), header, negotiateResponse, responseOf(parts, terms, []), false);
}
