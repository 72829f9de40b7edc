/** PLATFORM_ID_NT (MS-SRVS 2.2.2.6). */
export const PLATFORM_NT = 500;

/** Version that is claimed: the one of Windows 7, as Samba does, from which on clients expect all that SMB 2 and 3 negotiate by themselves. */
export const VERSION = { major: 6, minor: 1 } as const;

/** Software types (MS-SRVS 2.2.2.7): WORKSTATION, SERVER, SERVER_UNIX, NT, SERVER_NT. */
export const SERVER_TYPE = 0x0000_9803;
