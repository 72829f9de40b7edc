/** `AKID/yyyyMMdd/region/service/aws4_request`. */
export interface CredentialScope {
  readonly accessKeyId: string;
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly terminal: string;
}

/** What a request says of its signature, from the `Authorization` header or from the query. */
export interface SignatureClaim {
  readonly form: 'header' | 'query';
  readonly credential: CredentialScope;
  /** Lower case, in the order sent. */
  readonly signedHeaders: readonly string[];
  /** 64 hexadecimal digits, as sent. */
  readonly signature: string;
  /** `yyyyMMdd'T'HHmmss'Z'`. */
  readonly timestamp: string;
  /** `timestamp` in milliseconds since the epoch. */
  readonly time: number;
  /** Query form only: seconds, 0 … 604,800. */
  readonly expires?: number;
}

/** `undefined` when it has not the five parts. An access key id may hold slashes, so the parts count from the end. */
export function parseCredential(text: string): CredentialScope | undefined {
  const parts = text.split('/');
  if (parts.length < 5) return undefined;
  const [date, region, service, terminal] = parts.slice(-4) as [string, string, string, string];
  const accessKeyId = parts.slice(0, -4).join('/');
  return accessKeyId === '' ? undefined : { accessKeyId, date, region, service, terminal };
}

/** Everything of the scope but the key: the third line of the string to sign. */
export function scopeText(scope: CredentialScope): string {
  return `${scope.date}/${scope.region}/${scope.service}/${scope.terminal}`;
}

/** `a;b;c` → lower-case names; `undefined` when one is no header name. */
export function parseSignedHeaders(text: string): readonly string[] | undefined {
  const names = text.toLowerCase().split(';');
  return names.every((name) => /^[!#$%&'*+\-.^_`|~0-9a-z]+$/.test(name)) ? names : undefined;
}
