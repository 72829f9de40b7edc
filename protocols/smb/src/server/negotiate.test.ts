import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Command } from '../messages/command.ts';
import { Cipher } from '../messages/negotiate-contexts/encryption.ts';
import { NegotiateContextType } from '../messages/negotiate-contexts/list.ts';
import { SigningAlgorithm } from '../messages/negotiate-contexts/signing.ts';
import { Capability } from '../messages/negotiate.ts';
import { NtStatus } from '../nt-status.ts';
import { contextsOf } from '../test/smb-client.ts';
import { makeSmbWorld, type SmbWorld } from '../test/smb-world.ts';

let world: SmbWorld;
beforeAll(async () => {
  world = await makeSmbWorld();
});
afterAll(async () => {
  await world.close();
  expect(world.faults).toEqual([]);
});

const { AES_128_CCM, AES_128_GCM, AES_256_CCM, AES_256_GCM } = Cipher;
const { AES_CMAC, AES_GMAC, HMAC_SHA256 } = SigningAlgorithm;

/** Logs on and asks for something that is signed or sealed both ways. */
async function works(options: Parameters<SmbWorld['client']>[0]): Promise<void> {
  const client = await world.client(options);
  expect(client.treeId).not.toBe(0);
  if ((client.negotiated.capabilities & Capability.ENCRYPTION) !== 0 || options?.ciphers !== undefined) {
    client.sealing = true;
  }
  expect((await client.request(Command.ECHO, {})).status).toBe(NtStatus.SUCCESS);
  expect((await client.request(Command.TREE_DISCONNECT, {})).status).toBe(NtStatus.SUCCESS);
  client.close();
}

describe('NEGOTIATE', () => {
  it.each([
    [[0x0202], 0x0202],
    [[0x0202, 0x0210], 0x0210],
    [[0x0202, 0x0210, 0x0300], 0x0300],
    [[0x0202, 0x0210, 0x0300, 0x0302], 0x0302],
    [[0x0311, 0x0202], 0x0311],
    [[0x0202, 0x0999], 0x0202],
  ])('of %j answers %i, and a session works', async (dialects, expected) => {
    const client = await world.open();
    await client.negotiate({ dialects });
    expect(client.dialect).toBe(expected);
    expect(client.negotiated.securityMode).toBe(3);
    const large = client.negotiated.capabilities & Capability.LARGE_MTU;
    expect(client.negotiated.maxReadSize).toBe(large === 0 ? 65_536 : 8 * 1024 * 1024);
    expect(large === 0).toBe(expected === 0x0202);
    client.close();
    await works({ dialects });
  });

  it.each([
    [[AES_128_GCM], [AES_GMAC]],
    [[AES_128_CCM], [AES_CMAC]],
    [[AES_256_CCM], [HMAC_SHA256]],
    [[AES_256_GCM], []],
  ])('with ciphers %j and signing %j', async (ciphers, signing) => {
    await works({ dialects: [0x0311], ciphers, signing });
  });

  it('chooses by its own preference, and says 0 where no cipher is common', async () => {
    const client = await world.open();
    await client.negotiate({ ciphers: [AES_256_CCM, AES_128_GCM], signing: [HMAC_SHA256, AES_CMAC] });
    const data = (type: number): string => {
      const found = client.negotiated.negotiateContextList.find((one) => one.contextType === type);
      return Buffer.from(found!.data).toString('hex');
    };
    expect(data(NegotiateContextType.ENCRYPTION_CAPABILITIES)).toBe('01000200');
    expect(data(NegotiateContextType.SIGNING_CAPABILITIES)).toBe('01000100');
    const other = await world.open();
    await other.negotiate({ ciphers: [9], signing: [9] });
    const contexts = other.negotiated.negotiateContextList;
    expect(contexts.map((one) => one.contextType)).toEqual([1, 2]);
    expect(Buffer.from(contexts[1]!.data).toString('hex')).toBe('01000000');
  });

  it.each([
    ['no dialect', { dialects: [] }, NtStatus.INVALID_PARAMETER],
    ['no common dialect', { dialects: [0x0999] }, NtStatus.NOT_SUPPORTED],
    ['3.1.1 without contexts', { dialects: [0x0311], contexts: [] }, NtStatus.INVALID_PARAMETER],
    ['two of one context', { contexts: [...contextsOf([2], []), ...contextsOf([2], [])] }, NtStatus.INVALID_PARAMETER],
    [
      'another hash',
      { contexts: [{ contextType: 1, data: Buffer.from('010000000900', 'hex') }] },
      NtStatus.SMB_NO_PREAUTH_INTEGRITY_HASH_OVERLAP,
    ],
    [
      'a context that ends early',
      { contexts: [{ contextType: 1, data: Buffer.from('0100', 'hex') }] },
      NtStatus.INVALID_PARAMETER,
    ],
  ])('with %s is refused', async (_what, options, status) => {
    const client = await world.open();
    expect((await client.negotiate(options)).status).toBe(status);
  });

  it('is not answered twice: the connection ends', async () => {
    const client = await world.open();
    await client.negotiate();
    await expect(client.negotiate()).rejects.toThrow('closed');
    expect(world.dropped).toContain('a second NEGOTIATE');
  });

  it('comes first: anything else ends the connection', async () => {
    const client = await world.open();
    await expect(client.request(Command.ECHO, {})).rejects.toThrow('closed');
  });
});

describe('an SMB1 multi-protocol negotiate', () => {
  const smb1 = (...dialects: string[]): Buffer => {
    const list = Buffer.from(dialects.map((name) => `\x02${name}\0`).join(''), 'latin1');
    const head = Buffer.alloc(35);
    head.set([0xff, 0x53, 0x4d, 0x42, 0x72]);
    head.writeUInt16LE(list.length, 33);
    return Buffer.concat([head, list]);
  };

  async function reply(frame: Buffer): Promise<{ dialect: number; client: Awaited<ReturnType<SmbWorld['open']>> }> {
    const client = await world.open();
    // The answer has MessageId 0, as if this had been an SMB2 NEGOTIATE.
    const { response } = client.expect(0n, Command.NEGOTIATE);
    client.sendFrame(frame);
    const answer = await response;
    return { dialect: answer.body!.dialectRevision, client };
  }

  it('gets the wildcard, and then a NEGOTIATE is due', async () => {
    const { dialect, client } = await reply(smb1('NT LM 0.12', 'SMB 2.002', 'SMB 2.???'));
    expect(dialect).toBe(0x02ff);
    await client.negotiate();
    expect(client.dialect).toBe(0x0311);
    expect((await client.sessionSetup('alice', 'Passw0rd')).status).toBe(NtStatus.SUCCESS);
  });

  it('with 2.002 alone gets that', async () => {
    const { dialect, client } = await reply(smb1('NT LM 0.12', 'SMB 2.002'));
    expect(dialect).toBe(0x0202);
    await expect(client.negotiate()).rejects.toThrow('closed');
  });

  it('of SMB1 alone ends the connection', async () => {
    const client = await world.open();
    client.sendFrame(smb1('NT LM 0.12'));
    await client.untilClosed();
    expect(world.dropped).toContain('SMB1 is not served');
  });
});
