import { algorithmList } from './algorithm-list.ts';

/** Signing algorithm ids (MS-SMB2 2.2.3.1.7). */
export const SigningAlgorithm = {
  HMAC_SHA256: 0x0000,
  AES_CMAC: 0x0001,
  AES_GMAC: 0x0002,
} as const;

export type SigningAlgorithm = (typeof SigningAlgorithm)[keyof typeof SigningAlgorithm];

/** SMB2_SIGNING_CAPABILITIES (MS-SMB2 2.2.3.1.7 and 2.2.4.1.7): algorithm ids, the most wanted first. */
export const signingCapabilities = algorithmList;
