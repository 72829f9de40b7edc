import { createHash } from 'node:crypto';
import { afterEach, beforeEach, expect } from 'vitest';
import type { TestClient, TestDoor } from './open-door.ts';
import { openDoor } from './open-door.ts';

/** A door of its own for each test of the file, and a client of `default:anna`. */
export let door: TestDoor;
export let anna: TestClient;

/** To be called at the top of a test file. */
export function withDoor(): void {
  beforeEach(async () => {
    door = await openDoor();
    anna = await door.client('default:anna');
  });

  afterEach(async () => {
    await door.close();
    expect(door.faults).toEqual([]);
  });
}

export const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

export async function put(key: string, text: string, headers: Record<string, string> = {}): Promise<void> {
  expect((await anna.send('PUT', key, headers, text)).status).toBe(201);
}

export const jsonOf = (text: string): unknown => JSON.parse(text);
