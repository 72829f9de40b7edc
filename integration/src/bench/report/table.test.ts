import { describe, expect, it } from 'vitest';
import { figuresOf, significant } from './figures.ts';
import type { Round, Row } from './results.ts';
import { progressLine } from './table.ts';

function round(steps: number, serverCpu: Record<string, number>): Round {
  return { steps, seconds: 1, p50: 1, p99: 2, generatorCpu: 0.1, serverCpu };
}

const row: Row = {
  protocol: 's3',
  load: 'PUT 4 KiB',
  unit: 'object',
  depth: 16,
  servers: [
    {
      name: 'Polynas',
      rounds: [round(1000, { Polynas: 0.5 }), round(4000, { Polynas: 1 }), round(2000, { Polynas: 0.6 })],
    },
    { name: 'radosgw', rounds: [round(500, { gateway: 0.5, all: 1 })] },
  ],
};

describe('figures', () => {
  it('are medians over the rounds, CPU for each step', () => {
    const [ours, theirs] = figuresOf(row);
    expect(ours?.stepsPerSecond).toBe(2000);
    expect(ours?.cpu[0]?.microseconds).toBeCloseTo(300);
    expect(theirs?.cpu.map(({ microseconds }) => Math.round(microseconds))).toEqual([1000, 2000]);
  });

  it('are printed with ratios ours ÷ peer, one for each CPU group of the peer', () => {
    expect(progressLine(row)).toContain('=> speed 4.00×, CPU 0.30× / 0.15× of radosgw');
  });

  it('compare groups of the same kind where both servers store on the same cluster', () => {
    const servers = [
      { name: 'Polynas', rounds: [round(1000, { alone: 0.5, all: 3 })] },
      { name: 'radosgw', rounds: [round(1000, { alone: 1, all: 4 })] },
    ];
    expect(progressLine({ ...row, servers })).toContain('CPU 0.50× / 0.75× of radosgw');
  });

  it('tell what the cluster did for each step', () => {
    const clusterWork = {
      metadataRequests: 2000,
      metadataKinds: { create: 2000 },
      capMessages: 500,
      storeOperations: 0,
    };
    const servers = [{ name: 'Polynas', rounds: [{ ...round(1000, { alone: 0.5 }), clusterWork }] }];
    expect(progressLine({ ...row, servers })).toContain(
      'Polynas, cluster: 2.00 MDS requests (create 2.00), 0.50 of caps, 0.00 of OSDs',
    );
  });

  it('have three significant digits', () => {
    expect([0.1234, 1.234, 12.34, 123.4, 12_345].map(significant)).toEqual(['0.12', '1.23', '12.3', '123', '12,345']);
  });
});
