import { describe, expect, it } from 'vitest';
import { createLogger } from './logger.ts';

function lines(format: 'json' | 'text'): { written: string[]; logger: ReturnType<typeof createLogger> } {
  const written: string[] = [];
  const stream = { write: (line: string) => void written.push(line) };
  return { written, logger: createLogger({ level: 'info', format }, { terminal: false, stream }) };
}

describe('the log', () => {
  it.each(['json', 'text'] as const)('has no secrets (%s)', (format) => {
    const { written, logger } = lines(format);
    const secret = 'the-secret-itself';
    logger.info(
      { password: secret, user: { password: secret, key: { secret } }, headers: { authorization: secret } },
      'm',
    );
    logger.child({ token: secret }).warn({ settings: { users: { ada: { password: secret } } } }, 'n');
    expect(written).toHaveLength(2);
    expect(written.join('')).not.toContain(secret);
  });

  it('is JSON for machines and text for people', () => {
    const json = lines('json');
    json.logger.child({ door: 'nfs' }).info({ port: 5 }, 'listening');
    expect(JSON.parse(json.written[0] ?? '')).toMatchObject({ level: 'info', door: 'nfs', port: 5, msg: 'listening' });
    const text = lines('text');
    text.logger.child({ door: 'nfs' }).info({ port: 5 }, 'listening');
    expect(text.written[0]).toMatch(/^\d\d:\d\d:\d\d INFO {2}nfs: listening port=5\n$/);
    text.logger.error({ err: new Error('broken') }, 'failed');
    expect(text.written[1]).toMatch(/ERROR failed\n {4}Error: broken\n/);
  });
});
