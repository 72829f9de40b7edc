import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { exitCode } from '../src/cli/exit-code.ts';
import { readConfiguration } from '../src/config/read.ts';

const manual = await readFile(new URL('../../docs/configuration.md', import.meta.url), 'utf8');

describe('docs/configuration.md', () => {
  it('has an example that is right', () => {
    const [, example = ''] = /```yaml\n([^]*?)```/.exec(manual) ?? [];
    const { configuration } = readConfiguration(example, 'example');
    expect(configuration.users.map(({ name }) => name)).toEqual(['ada', 'backup']);
    expect(configuration.shares[0]?.mode).toBe(0o770);
    expect(configuration.shares[0]?.doors?.nfs?.rules).toHaveLength(3);
  });

  it('names every exit code', () => {
    for (const code of Object.values(exitCode)) expect(manual).toContain(`\n| ${code} | `);
  });
});
