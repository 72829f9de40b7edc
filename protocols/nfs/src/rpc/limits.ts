/** What bounds a server and each of its connections. All sizes in bytes, all times in milliseconds. */
export interface RpcLimits {
  /** One request record; `1 MiB` of WRITE payload and room for its header. */
  readonly maxRecord: number;
  readonly maxFragments: number;
  /** Buffers of `maxRecord` bytes that are kept for large records, beside the common memory. */
  readonly recordBuffers: number;
  /** Calls of one connection that are worked on at a time. */
  readonly maxInFlight: number;
  /** Reply bytes of one connection that are promised or not yet sent; above it no further call is begun. */
  readonly maxReplyBytes: number;
  readonly maxConnections: number;
  /** Connections of one client: an IPv4 address, or an IPv6 network of 64 bits. */
  readonly maxConnectionsPerClient: number;
  /** A connection on which nothing happens and nothing is due is closed. Clients connect again when they need to. */
  readonly idle: number;
  /** A peer that neither reads its replies nor completes its record for so long is cut off. */
  readonly stall: number;
}

export const DEFAULT_LIMITS: RpcLimits = {
  maxRecord: 1024 * 1024 + 64 * 1024,
  maxFragments: 64,
  recordBuffers: 16,
  maxInFlight: 256,
  maxReplyBytes: 8 * 1024 * 1024,
  maxConnections: 4096,
  maxConnectionsPerClient: 1024,
  idle: 6 * 60_000,
  stall: 60_000,
};

/** The common part of all connections' memory, and what each connection has beside it. */
export const DEFAULT_BUDGET = { limit: 256 * 1024 * 1024, allowance: 64 * 1024, stall: 2_000 } as const;

export const DEFAULT_REPLAYS = { entries: 8192, bytes: 8 * 1024 * 1024, age: 120_000 } as const;
