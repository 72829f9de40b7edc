import type { PasswordHasher, SecretBox } from '../namespace/registry/state.ts';

/** With an NT hash that is none, but tells of what it is. */
export const ntHasher: PasswordHasher = {
  hash: (password) => testHasher.hash(password),
  verify: (password, hash) => testHasher.verify(password, hash),
  ntHash: (password) => Promise.resolve(Buffer.from(password.padEnd(16).slice(0, 16)).toString('hex')),
};

/** Not for keeping secrets: for tests that must not take scrypt's time. */
export const testHasher: PasswordHasher = {
  hash: (password) => Promise.resolve(`hash of ${password}`),
  verify: (password, hash) => Promise.resolve(hash === `hash of ${password}`),
};

export const testBox: SecretBox = {
  seal: (secret) => `sealed ${Buffer.from(secret).toString('base64')}`,
  open: (sealed) => Buffer.from(sealed.slice('sealed '.length), 'base64').toString(),
};
