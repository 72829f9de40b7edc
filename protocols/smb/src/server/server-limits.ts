import { type ConnectionLimits, defaultLimits } from '../connection/limits.ts';

/** What bounds a server and each of its connections. All sizes in bytes, all times in milliseconds. */
export interface ServerLimits extends ConnectionLimits {
  readonly maxConnections: number;
  /** Connections of one client: an IPv4 address, or an IPv6 network of 64 bits. */
  readonly maxConnectionsPerClient: number;
  /** Buffers of the largest frame's size that are kept for large frames, beside the common memory. They cost what was used of them. */
  readonly frameBuffers: number;
  /** The same for what is read. */
  readonly payloadBuffers: number;
  /** Frames of one connection that are worked on at a time. */
  readonly maxInFlight: number;
  /** Requests of one connection that wait for somebody else after an interim response (MS-SMB2 3.3.4.2). */
  readonly maxWaiting: number;
  /** Reply bytes of one connection that are promised or not yet sent; above it nothing further is begun. */
  readonly maxReplyBytes: number;
  /** Sessions of one connection: a terminal server has one for each of its users. */
  readonly maxSessions: number;
  /** Logons of one connection that are under way. */
  readonly maxExchanges: number;
  /** Tree connects of one session. */
  readonly maxTrees: number;
  /** Opens of one session: what all clients may have together is not one's alone. */
  readonly maxOpens: number;
  /** A request that takes longer is answered with an interim response, so that the client goes on waiting. */
  readonly interimAfter: number;
  /** A connection without a session is closed after so long. */
  readonly unauthenticated: number;
  /** A connection on which nothing happens, and which has nothing open, is closed. Clients connect again when they need to. */
  readonly idle: number;
  /** A peer that neither reads its replies nor completes its frame for so long is cut off. */
  readonly stall: number;
}

const MEBIBYTE = 1024 * 1024;

export const DEFAULT_LIMITS: ServerLimits = {
  ...defaultLimits,
  maxConnections: 4096,
  maxConnectionsPerClient: 1024,
  frameBuffers: 8,
  payloadBuffers: 16,
  maxInFlight: 256,
  maxWaiting: 512,
  maxReplyBytes: 16 * MEBIBYTE,
  maxSessions: 1024,
  maxExchanges: 16,
  maxTrees: 1024,
  maxOpens: 16_384,
  interimAfter: 500,
  unauthenticated: 30_000,
  idle: 15 * 60_000,
  stall: 60_000,
};

/**
 * The common part of all connections' memory, and what each connection has beside it: room for one listing or query of information, for which clients set
 * aside 64 KiB whatever they expect.
 */
export const DEFAULT_BUDGET = { limit: 256 * MEBIBYTE, allowance: 128 * 1024, stall: 2_000 } as const;
