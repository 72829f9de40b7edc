import { readFileSync } from 'node:fs';
import { Reader, Writer } from '@polynas/core/wire';
import { describe, expect, it } from 'vitest';
import { Encryption } from '../crypto/encryption.ts';
import { type SessionKeys, sessionKeys } from '../crypto/key-derivation.ts';
import { PreauthIntegrity } from '../crypto/preauth-integrity.ts';
import { Signing } from '../crypto/signing.ts';
import type { Codec } from '../messages/codec.ts';
import { Command, Dialect } from '../messages/command.ts';
import { encodeMessage, messageSpans } from '../messages/compound.ts';
import { errorResponse } from '../messages/error.ts';
import { type Header, header, HeaderFlag, TRANSFORM_PROTOCOL_ID } from '../messages/header.ts';
import { Cipher, encryptionCapabilities } from '../messages/negotiate-contexts/encryption.ts';
import { findNegotiateContext, NegotiateContextType } from '../messages/negotiate-contexts/list.ts';
import { SigningAlgorithm, signingCapabilities } from '../messages/negotiate-contexts/signing.ts';
import { type NegotiateResponse, negotiateResponse } from '../messages/negotiate.ts';
import { sessionSetupRequest, sessionSetupResponse } from '../messages/session-setup.ts';
import { bodies, isCommand } from '../messages/table.ts';
import { decode } from '../messages/whole.ts';
import { NtStatus } from '../nt-status.ts';
import { MIC_OFFSET, MIC_SIZE, ntlmAuthenticate, ntlmChallenge } from '../ntlm/messages.ts';
import { ntHash } from '../ntlm/nt-hash.ts';
import { Rc4 } from '../ntlm/rc4.ts';
import { MessageSigner } from '../ntlm/session-security.ts';
import { messageIntegrityCode, responseKey, verifyResponse } from '../ntlm/v2.ts';
import { readNegToken } from '../spnego/tokens.ts';

/** Frames between smbclient and smbd 4.17, `>` from the client, `<` from the server; the user's password is `Passw0rd`. */
const conversations = JSON.parse(
  readFileSync(new URL('captures/conversations.json', import.meta.url), 'utf8'),
) as Record<string, string[]>;

interface Message {
  readonly fromServer: boolean;
  readonly bytes: Buffer;
  readonly header: Header;
}

/** Follows a conversation as both sides would, with the password known. */
class Witness {
  readonly verified = { signatures: 0, sealed: 0, messages: 0, exact: 0 };
  private readonly connection = new PreauthIntegrity();
  private session: PreauthIntegrity | undefined;
  private negotiated: NegotiateResponse | undefined;
  private tokens: Uint8Array[] = [];
  private mechTypes: Uint8Array = new Uint8Array(0);
  private signing: Signing | undefined;
  private server: Encryption | undefined;
  private client: Encryption | undefined;

  async frame(line: string): Promise<void> {
    const fromServer = line.startsWith('<');
    const bytes = Buffer.from(line.slice(2), 'hex');
    if (bytes.readUInt32LE(0) !== TRANSFORM_PROTOCOL_ID) return this.messages(fromServer, bytes);
    // Each side opens what the other sealed.
    const plain = (fromServer ? this.client : this.server)!.open(bytes);
    expect(plain).toBeDefined();
    this.verified.sealed += 1;
    return this.messages(fromServer, Buffer.from(plain!));
  }

  private async messages(fromServer: boolean, bytes: Buffer): Promise<void> {
    const spans = messageSpans(new Reader(bytes), 0, bytes.length, 64);
    for (const [index, { start, end }] of spans.entries()) {
      const message = bytes.subarray(start, end);
      const head = decode(header, message);
      await this.message({ fromServer, bytes: message, header: head }, index < spans.length - 1);
    }
  }

  private async message(message: Message, follows: boolean): Promise<void> {
    const { command, status, flags } = message.header;
    this.reencode(message, follows);
    if (command === Command.NEGOTIATE) {
      this.connection.add(message.bytes);
      if (message.fromServer) this.negotiated = negotiateResponse.read(new Reader(message.bytes).seek(64));
    } else if (command === Command.SESSION_SETUP) await this.sessionSetup(message, status);
    if ((flags & HeaderFlag.SIGNED) === 0) return;
    expect(this.signing!.verify(message.bytes, message.fromServer ? 'server' : 'client')).toBe(true);
    this.verified.signatures += 1;
  }

  private async sessionSetup({ fromServer, bytes }: Message, status: number): Promise<void> {
    this.session ??= this.connection.fork();
    const r = new Reader(bytes).seek(64);
    if (!fromServer) {
      this.session.add(bytes);
      this.take(sessionSetupRequest.read(r).securityBuffer);
      return;
    }
    const { securityBuffer } = sessionSetupResponse.read(r);
    if (status === NtStatus.MORE_PROCESSING_REQUIRED) {
      this.session.add(bytes);
      this.take(securityBuffer);
      return;
    }
    const key = await this.sessionKey(readNegToken(securityBuffer).mechListMic);
    this.establish(key, decode(header, bytes).sessionId);
  }

  /** Keeps the NTLM message of a SPNEGO token. */
  private take(securityBuffer: Uint8Array): void {
    const token = readNegToken(securityBuffer);
    if (token.kind === 'init') this.mechTypes = token.mechTypesEncoded;
    this.tokens.push((token.kind === 'init' ? token.mechToken : token.responseToken)!);
    if (token.kind === 'resp' && token.mechListMic !== undefined) this.clientMic = token.mechListMic;
  }

  private clientMic: Uint8Array | undefined;

  private async sessionKey(serverMic: Uint8Array | undefined): Promise<Uint8Array> {
    const [negotiateMessage, challengeMessage, authenticateMessage] = this.tokens as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    const { serverChallenge } = decode(ntlmChallenge, challengeMessage);
    const authenticate = decode(ntlmAuthenticate, authenticateMessage);
    const hash = await ntHash('Passw0rd');
    const key = responseKey(hash, authenticate.userName, authenticate.domainName);
    const base = verifyResponse(key, serverChallenge, authenticate.ntChallengeResponse);
    expect(base).toBeDefined();
    const exported = new Rc4(base!).update(authenticate.encryptedRandomSessionKey);
    const without = Buffer.from(authenticateMessage).fill(0, MIC_OFFSET, MIC_OFFSET + MIC_SIZE);
    const mic = messageIntegrityCode(exported, negotiateMessage, challengeMessage, without);
    expect(Buffer.from(mic).equals(authenticate.mic)).toBe(true);
    const flags = authenticate.negotiateFlags;
    for (const [side, given] of [
      ['client', this.clientMic],
      ['server', serverMic],
    ] as const) {
      const expected = new MessageSigner(flags, exported, side).sign(this.mechTypes);
      expect(Buffer.from(expected).equals(given!), `mechListMIC of the ${side}`).toBe(true);
    }
    return exported;
  }

  private establish(sessionKey: Uint8Array, sessionId: bigint): void {
    const { dialectRevision, negotiateContextList: contexts } = this.negotiated!;
    const { ENCRYPTION_CAPABILITIES, SIGNING_CAPABILITIES } = NegotiateContextType;
    const cipher =
      dialectRevision === Dialect.SMB_3_1_1
        ? findNegotiateContext(contexts, ENCRYPTION_CAPABILITIES, encryptionCapabilities)![0]!
        : Cipher.AES_128_CCM;
    let algorithm: number =
      dialectRevision < Dialect.SMB_3_0 ? SigningAlgorithm.HMAC_SHA256 : SigningAlgorithm.AES_CMAC;
    if (dialectRevision === Dialect.SMB_3_1_1) {
      algorithm = findNegotiateContext(contexts, SIGNING_CAPABILITIES, signingCapabilities)?.[0] ?? algorithm;
    }
    const keys: SessionKeys = sessionKeys(dialectRevision, sessionKey, this.session!.value, cipher);
    this.signing = new Signing(algorithm as SigningAlgorithm, keys.signingKey);
    this.server = new Encryption(cipher as Cipher, sessionId, keys.encryptionKey, keys.decryptionKey);
    this.client = new Encryption(cipher as Cipher, sessionId, keys.decryptionKey, keys.encryptionKey);
  }

  private reencode({ fromServer, bytes, header: head }: Message, follows: boolean): void {
    expect(isCommand(head.command)).toBe(true);
    const pair = bodies[head.command as Command];
    const failed = fromServer && head.status !== 0 && bytes.readUInt16LE(64) === 9;
    const isError = failed && head.command !== Command.SESSION_SETUP;
    const codec = (isError ? errorResponse : fromServer ? pair.response : pair.request) as Codec<unknown>;
    const value = codec.read(new Reader(bytes).seek(64));
    const again = Buffer.concat(encodeMessage(new Writer(), head, codec, value, follows).parts);
    this.verified.messages += 1;
    if (again.equals(bytes)) this.verified.exact += 1;
    else {
      // smbclient sets the offset of an output that is empty, and two zeros behind a name.
      expect([Command.IOCTL, Command.CREATE]).toContain(head.command);
      expect(fromServer).toBe(false);
      expect(codec.read(new Reader(again).seek(64))).toEqual(value);
    }
  }
}

describe('conversations between smbclient and smbd', () => {
  for (const [name, lines] of Object.entries(conversations)) {
    it(`${name}: every signature, seal, MIC and proof holds, every message is encoded again`, async () => {
      const witness = new Witness();
      for (const line of lines) await witness.frame(line);
      const { signatures, sealed, messages, exact } = witness.verified;
      expect(messages).toBeGreaterThanOrEqual(lines.length);
      expect(exact).toBeGreaterThan(messages * 0.8);
      if (name.startsWith('signed')) expect(signatures).toBeGreaterThanOrEqual(lines.length - 5);
      else expect(sealed).toBe(lines.length - 6);
    });
  }
});
