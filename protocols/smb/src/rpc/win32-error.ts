/** What calls of srvsvc and wkssvc answer (MS-ERREF 2.2). */
export const Win32Error = {
  SUCCESS: 0,
  ACCESS_DENIED: 5,
  INVALID_PARAMETER: 87,
  INVALID_LEVEL: 124,
  MORE_DATA: 234,
  /** NERR_NetNameNotFound. */
  NET_NAME_NOT_FOUND: 2310,
} as const;
