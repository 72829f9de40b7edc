/** NTSTATUS values that only calls of lsarpc answer (MS-ERREF 2.3, MS-LSAT 3.1.4); the others are in `NtStatus`. */
export const LsaStatus = {
  SOME_NOT_MAPPED: 0x0000_0107,
  NONE_MAPPED: 0xc000_0073,
} as const;
