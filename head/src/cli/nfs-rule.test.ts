import { describe, expect, it } from 'vitest';
import { formatNfsRule, parseNfsRule } from './nfs-rule.ts';

describe('NFS rules on the command line', () => {
  it('are those of exports(5)', () => {
    expect(parseNfsRule('10.0.0.0/8')).toEqual({ clients: '10.0.0.0/8' });
    expect(parseNfsRule('fd00::/8(ro,all_squash,anonuid=7,anongid=8,secure)')).toEqual({
      clients: 'fd00::/8',
      access: 'ro',
      squash: 'all',
      anonymousUid: 7,
      anonymousGid: 8,
      privilegedPort: true,
    });
    expect(parseNfsRule('*()')).toEqual({ clients: '*' });
  });

  it.each([
    '',
    'host.example',
    '10.0.0.0/33',
    '10.0.0.1(rw',
    '10.0.0.1(sync)',
    '10.0.0.1 (rw)',
    '*(anonuid=x)',
    '*(toString)',
  ])('refuse %j', (text) => {
    expect(() => parseNfsRule(text)).toThrow();
  });

  it('are shown as they are read', () => {
    const text = '10.0.0.0/8(ro,all_squash,anonuid=7,anongid=8,secure)';
    expect(formatNfsRule(parseNfsRule(text))).toBe(text);
    expect(formatNfsRule({ clients: '*', squash: 'none' })).toBe('*(rw,no_root_squash)');
  });
});
