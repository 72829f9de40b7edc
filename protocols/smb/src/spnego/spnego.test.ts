import { createHmac } from 'node:crypto';
import { WireError } from '@polynas/core/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode, encode } from '../messages/whole.ts';
import { NtlmFlag } from '../ntlm/flags.ts';
import { MIC_OFFSET, ntlmAuthenticate, ntlmChallenge, ntlmNegotiate } from '../ntlm/messages.ts';
import { ntHash } from '../ntlm/nt-hash.ts';
import { Rc4 } from '../ntlm/rc4.ts';
import type { NtlmServerOptions } from '../ntlm/server.ts';
import { MessageSigner } from '../ntlm/session-security.ts';
import { AvId, targetInfo } from '../ntlm/target-info.ts';
import { messageIntegrityCode, responseKey } from '../ntlm/v2.ts';
import { Acceptor, type AcceptStep } from './acceptor.ts';
import { NegState, negTokenInit, negTokenInit2, negTokenResp, Oid, readNegToken } from './tokens.ts';

const KERBEROS = '2a864886f712010202';
const options: NtlmServerOptions = {
  computerName: 'NAS',
  domainName: 'NAS',
  dnsComputerName: 'nas.example',
  dnsDomainName: 'example',
  now: () => 132_000_000_000_000_000n,
  random: (length) => new Uint8Array(length).fill(7),
  ntHashOf: async (userName) => (userName === 'ada' ? ntHash('secret') : undefined),
};

const FLAGS =
  NtlmFlag.UNICODE |
  NtlmFlag.SIGN |
  NtlmFlag.NTLM |
  NtlmFlag.KEY_EXCH |
  NtlmFlag.KEY_128 |
  NtlmFlag.EXTENDED_SESSIONSECURITY;
const EXPORTED = Buffer.alloc(16, 0x42);
const EMPTY = new Uint8Array(0);

interface ClientOptions {
  readonly user?: string;
  readonly password?: string;
  readonly mic?: 'right' | 'wrong' | 'absent' | 'not promised';
  readonly ntResponse?: Uint8Array;
}

/** The client's half of NTLMv2 (MS-NLMP 3.1.5.1.2). */
async function authenticateMessage(
  negotiate: Uint8Array,
  challenge: Uint8Array,
  o: ClientOptions,
): Promise<Uint8Array> {
  const { user = 'ada', password = 'secret', mic = 'right' } = o;
  const { serverChallenge, targetInfo: offered } = decode(ntlmChallenge, challenge);
  const pairs = [...decode(targetInfo, offered)];
  if (mic !== 'not promised') pairs.push({ avId: AvId.FLAGS, value: Uint8Array.of(2, 0, 0, 0) });
  pairs.push({ avId: AvId.TARGET_NAME, value: Buffer.from('cifs/nas', 'utf16le') });
  const temp = Buffer.concat([
    Buffer.from([1, 1, 0, 0, 0, 0, 0, 0]),
    Buffer.alloc(8),
    Buffer.alloc(8, 9),
    Buffer.alloc(4),
  ]);
  const blob = Buffer.concat([temp, encode(targetInfo, pairs), Buffer.alloc(4)]);
  const key = responseKey(await ntHash(password), user, 'NAS');
  const proof = createHmac('md5', key).update(serverChallenge).update(blob).digest();
  const base = createHmac('md5', key).update(proof).digest();
  const message = {
    negotiateFlags: (FLAGS | NtlmFlag.VERSION) >>> 0,
    lmChallengeResponse: new Uint8Array(24),
    ntChallengeResponse: o.ntResponse ?? Buffer.concat([proof, blob]),
    domainName: 'NAS',
    userName: user,
    workstation: 'PC',
    encryptedRandomSessionKey: new Rc4(base).update(EXPORTED),
    version: new Uint8Array(8),
    mic: mic === 'absent' ? EMPTY : new Uint8Array(16),
  };
  const bytes = Buffer.from(encode(ntlmAuthenticate, message));
  if (mic === 'right') bytes.set(messageIntegrityCode(EXPORTED, negotiate, challenge, bytes), MIC_OFFSET);
  return bytes;
}

const negotiate = encode(ntlmNegotiate, { negotiateFlags: FLAGS });

/** Runs the bare exchange. */
async function bare(o: ClientOptions): Promise<AcceptStep> {
  const acceptor = new Acceptor(options);
  const first = await acceptor.step(negotiate);
  return acceptor.step(await authenticateMessage(negotiate, first.token, o));
}

describe('NTLM bare, as the kernel sends it', () => {
  it('accepts the right password', async () => {
    const step = await bare({});
    expect(step).toMatchObject({
      kind: 'done',
      outcome: { kind: 'accepted', userName: 'ada', domainName: 'NAS', targetName: 'cifs/nas' },
    });
    if (step.kind !== 'done' || step.outcome.kind !== 'accepted') throw new Error('not accepted');
    expect(Buffer.from(step.outcome.exportedSessionKey).equals(EXPORTED)).toBe(true);
  });

  it('accepts a client that neither promises nor sends a MIC', async () => {
    expect(await bare({ mic: 'not promised' })).toMatchObject({ outcome: { kind: 'accepted' } });
  });

  it.each<[string, ClientOptions]>([
    ['a wrong password', { password: 'Secret' }],
    ['an unknown user', { user: 'eve' }],
    ['a wrong MIC', { mic: 'wrong' }],
    ['a MIC that was promised and taken away', { mic: 'absent' }],
    ['an NTLMv1 response', { ntResponse: new Uint8Array(24) }],
    ['LMv2 alone', { ntResponse: EMPTY }],
  ])('refuses %s', async (_, o) => {
    expect(await bare(o)).toMatchObject({ kind: 'done', outcome: { kind: 'refused' } });
  });

  it('knows the anonymous user', async () => {
    expect(await bare({ user: '', ntResponse: EMPTY })).toMatchObject({ outcome: { kind: 'anonymous' } });
  });

  it('refuses messages out of their order', async () => {
    const acceptor = new Acceptor(options);
    const first = await acceptor.step(negotiate);
    await expect(acceptor.step(negotiate)).rejects.toThrow(WireError);
    await expect(acceptor.step(await authenticateMessage(negotiate, first.token, {}))).rejects.toThrow(WireError);
    await expect(new Acceptor(options).step(encode(ntlmNegotiate, { negotiateFlags: 2 }))).rejects.toThrow(WireError);
  });
});

const resp = (responseToken: Uint8Array, mechListMic?: Uint8Array): Uint8Array =>
  negTokenResp({ negState: undefined, supportedMech: undefined, responseToken, mechListMic });

/** Runs SPNEGO with the mechanisms; `mic` makes the client's mechListMIC. */
async function spnego(mechTypes: string[], mic: (list: Uint8Array) => Uint8Array | undefined): Promise<AcceptStep> {
  const acceptor = new Acceptor(options);
  const optimistic = mechTypes[0] === Oid.NTLMSSP;
  const init = negTokenInit(mechTypes, optimistic ? negotiate : Buffer.from('a Kerberos ticket'));
  const list = readNegToken(init);
  if (list.kind !== 'init') throw new Error('no init');
  let step = await acceptor.step(init);
  if (!optimistic) {
    expect(readNegToken(step.token)).toMatchObject({ negState: NegState.REQUEST_MIC, supportedMech: Oid.NTLMSSP });
    step = await acceptor.step(resp(negotiate));
  }
  const token = readNegToken(step.token);
  expect(token).toMatchObject({ kind: 'resp', negState: NegState.ACCEPT_INCOMPLETE });
  const challenge = (token as { responseToken: Uint8Array }).responseToken;
  return acceptor.step(resp(await authenticateMessage(negotiate, challenge, {}), mic(list.mechTypesEncoded)));
}

const clientMic = (list: Uint8Array): Uint8Array => new MessageSigner(FLAGS, EXPORTED, 'client').sign(list);

describe('SPNEGO', () => {
  it('accepts NTLM as the first choice, with mechListMIC and without', async () => {
    const without = await spnego([Oid.NTLMSSP], () => undefined);
    expect(without).toMatchObject({ kind: 'done', outcome: { kind: 'accepted' } });
    expect(readNegToken(without.token)).toMatchObject({ negState: NegState.ACCEPT_COMPLETED, mechListMic: undefined });
    let list = EMPTY as Uint8Array;
    const done = await spnego([Oid.NTLMSSP], (encoded) => clientMic((list = encoded)));
    const mic = (readNegToken(done.token) as { mechListMic: Uint8Array }).mechListMic;
    expect(Buffer.from(mic).equals(new MessageSigner(FLAGS, EXPORTED, 'server').sign(list))).toBe(true);
  });

  it('asks for proof of the list where NTLM is not the first choice', async () => {
    expect(await spnego([KERBEROS, Oid.NTLMSSP], clientMic)).toMatchObject({ outcome: { kind: 'accepted' } });
    expect(await spnego([KERBEROS, Oid.NTLMSSP], () => undefined)).toMatchObject({ outcome: { kind: 'refused' } });
  });

  it('refuses a wrong mechListMIC', async () => {
    const step = await spnego([Oid.NTLMSSP], () => new Uint8Array(16));
    expect(step).toMatchObject({ outcome: { kind: 'refused' } });
    expect(readNegToken(step.token)).toMatchObject({ negState: NegState.REJECT });
  });

  it('refuses clients without NTLM', async () => {
    await expect(new Acceptor(options).step(negTokenInit([KERBEROS], EMPTY))).rejects.toThrow(WireError);
  });

  it('writes the hint of MS-SPNG', () => {
    expect(Buffer.from(negTokenInit2([Oid.NTLMSSP])).toString('hex')).toBe(
      '604806062b0601050502a03e303ca00e300c060a2b06010401823702020aa32a3028a0261b24' +
        Buffer.from('not_defined_in_RFC4178@please_ignore').toString('hex'),
    );
    expect(readNegToken(negTokenInit2([Oid.NTLMSSP]))).toMatchObject({
      mechTypes: [Oid.NTLMSSP],
      mechListMic: undefined,
    });
  });

  it('writes long lengths as DER has them', () => {
    const token = resp(new Uint8Array(70_000));
    expect(readNegToken(token)).toMatchObject({ kind: 'resp' });
    expect((readNegToken(token) as { responseToken: Uint8Array }).responseToken).toHaveLength(70_000);
  });

  it('any bytes are a token or a WireError', async () => {
    const good = Buffer.from(negTokenInit([KERBEROS, Oid.NTLMSSP], negotiate));
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.uint8Array({ maxLength: 80 }),
          fc.tuple(fc.nat(good.length - 1), fc.nat(255)).map(([at, value]) => {
            const bytes = Buffer.from(good);
            bytes[at] = value;
            return bytes;
          }),
        ),
        async (bytes) => {
          try {
            await new Acceptor(options).step(bytes);
          } catch (error) {
            if (!(error instanceof WireError)) throw error;
          }
        },
      ),
      { numRuns: 600 },
    );
  });
});
