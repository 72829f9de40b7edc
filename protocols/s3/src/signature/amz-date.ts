/** `yyyyMMdd'T'HHmmss'Z'` → milliseconds since the epoch; `undefined` when it is not of that form or no such date. */
export function parseAmzDate(text: string): number | undefined {
  const match = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/.exec(text);
  if (match === null) return undefined;
  const time = Date.parse(`${match[1]}-${match[2]}-${match[3]}T${match[4]}:${match[5]}:${match[6]}Z`);
  // Date.parse rolls no field over for ISO input except 24:00:00 and, in some months, day 30 and 31.
  return Number.isNaN(time) || formatAmzDate(time) !== text ? undefined : time;
}

/** Milliseconds since the epoch → `yyyyMMdd'T'HHmmss'Z'`. */
export function formatAmzDate(time: number): string {
  return new Date(time).toISOString().replace(/[-:]|\.\d{3}/g, '');
}

/** Milliseconds since the epoch → `yyyy-MM-ddTHH:mm:ssZ`, the form of the error documents. */
export function formatIsoSeconds(time: number): string {
  return new Date(time).toISOString().replace(/\.\d{3}/, '');
}
