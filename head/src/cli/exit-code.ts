/** Exit codes of `polynas`; documented in docs/configuration.md. */
export const exitCode = {
  done: 0,
  /** The head refused, or something failed that no other code names. */
  failed: 1,
  /** Unknown command, option or value. */
  usage: 2,
  /** No head answers at the admin socket. */
  notRunning: 3,
  /** The user, share or key does not exist. */
  notFound: 4,
  /** polynas.yaml has a fault. */
  configuration: 5,
  /** Another head has the data directory. */
  inUse: 6,
  /** The data directory cannot be used: permissions, a lost key, damage. */
  data: 7,
  /** A door cannot listen where it should. */
  listen: 8,
} as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];
