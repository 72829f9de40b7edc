import type { DestinationStream } from 'pino';

const hidden = new Set(['level', 'time', 'msg', 'door', 'err']);

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function errorText(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  const stack = 'stack' in error && typeof error.stack === 'string' ? error.stack : '';
  return stack === '' ? '' : `\n    ${stack.replaceAll('\n', '\n    ')}`;
}

/** Lines for people out of pino's JSON: time, level, door, message, the rest as name=value. */
export function textStream(target: DestinationStream): DestinationStream {
  return {
    write(line: string): void {
      const record = JSON.parse(line) as Record<string, unknown>;
      const rest = Object.entries(record).filter(([name]) => !hidden.has(name));
      const fields = rest.map(([name, value]) => ` ${name}=${shown(value)}`).join('');
      const time = shown(record.time ?? '').slice(11, 19);
      const level = shown(record.level ?? '')
        .toUpperCase()
        .padEnd(5);
      const door = record.door === undefined ? '' : `${shown(record.door)}: `;
      target.write(`${time} ${level} ${door}${shown(record.msg ?? '')}${fields}${errorText(record.err)}\n`);
    },
  };
}
