/** What the status thread is given at its start (`workerData`): how librados reaches the cluster. */
export interface ClusterAccess {
  /** Path of a `ceph.conf`; `null`: the one that the library finds by itself; absent: none. */
  readonly conf?: string | null;
  /** Without `client.`. */
  readonly client: string;
  readonly settings: Readonly<Record<string, string>>;
}

/** Commands of the monitors, each a JSON object as text. */
export interface ClusterQuestion {
  readonly commands: readonly string[];
}

export type ClusterAnswer =
  /** What each command printed, or its errno. */
  | { readonly answers: readonly (string | number)[] }
  /** There is no connection. */
  | { readonly errno: number; readonly call: string }
  /** There is no library. */
  | { readonly missing: string };
