import { algorithmList } from './algorithm-list.ts';

/** Cipher ids (MS-SMB2 2.2.3.1.2). */
export const Cipher = {
  AES_128_CCM: 0x0001,
  AES_128_GCM: 0x0002,
  AES_256_CCM: 0x0003,
  AES_256_GCM: 0x0004,
} as const;

export type Cipher = (typeof Cipher)[keyof typeof Cipher];

/** SMB2_ENCRYPTION_CAPABILITIES (MS-SMB2 2.2.3.1.2 and 2.2.4.1.2): cipher ids, the most wanted first. */
export const encryptionCapabilities = algorithmList;
