import { describe, expect, test } from 'vitest';
import { Rooms } from './rooms.ts';
import type { Stay } from './rooms.ts';

/** Enters and notes when that was. */
async function enter(rooms: Rooms<string>, order: string[], name: string, kind?: string): Promise<Stay> {
  const stay = await rooms.enter('key', kind);
  order.push(name);
  return stay;
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}

describe('rooms', () => {
  test('enter_emptyRoom_isNoPromise', () => {
    const rooms = new Rooms<string>();
    const stay = rooms.enter('key');
    expect(stay).not.toBeInstanceOf(Promise);
    expect(rooms.enter('other')).not.toBeInstanceOf(Promise);
  });

  test('usersOfOneKind_areInsideTogether', async () => {
    const rooms = new Rooms<string>();
    const [a, b] = [await rooms.enter('key', 'change'), await rooms.enter('key', 'change')];
    a.leave();
    b.leave();
    expect(rooms.size).toBe(0);
  });

  test('usersOfDifferentKinds_areNeverInsideTogether', async () => {
    const rooms = new Rooms<string>();
    const order: string[] = [];
    const change = await enter(rooms, order, 'change', 'change');
    const list = enter(rooms, order, 'list', 'list');
    await turns();
    expect(order).toEqual(['change']);
    change.leave();
    (await list).leave();
    expect(order).toEqual(['change', 'list']);
    expect(rooms.size).toBe(0);
  });

  test('userWithoutKind_isAlone', async () => {
    const rooms = new Rooms<string>();
    const order: string[] = [];
    const first = await enter(rooms, order, 'first');
    const second = enter(rooms, order, 'second');
    const look = enter(rooms, order, 'look', 'look');
    await turns();
    expect(order).toEqual(['first']);
    first.leave();
    (await second).leave();
    (await look).leave();
    expect(order).toEqual(['first', 'second', 'look']);
  });

  test('whoComesLater_doesNotOvertakeWhoWaits', async () => {
    const rooms = new Rooms<string>();
    const order: string[] = [];
    const change = await enter(rooms, order, 'change', 'change');
    const list = enter(rooms, order, 'list', 'list');
    const later = enter(rooms, order, 'later', 'change');
    await turns();
    expect(order).toEqual(['change']);
    change.leave();
    (await list).leave();
    (await later).leave();
    expect(order).toEqual(['change', 'list', 'later']);
  });

  test('thoseWhoWaitTogether_enterTogether', async () => {
    const rooms = new Rooms<string>();
    const order: string[] = [];
    const alone = await enter(rooms, order, 'alone');
    const looks = [enter(rooms, order, 'a', 'look'), enter(rooms, order, 'b', 'look')];
    alone.leave();
    const stays = await Promise.all(looks);
    expect(order).toEqual(['alone', 'a', 'b']);
    for (const stay of stays) stay.leave();
    expect(rooms.size).toBe(0);
  });

  test('alone_tellsWhetherOthersCame', async () => {
    const rooms = new Rooms<string>();
    const first = await rooms.enter('key', 'change');
    expect(first.alone()).toBe(true);
    const second = await rooms.enter('key', 'change');
    expect([first.alone(), second.alone()]).toEqual([false, false]);
    first.leave();
    expect(second.alone()).toBe(false);
    second.leave();
    const third = await rooms.enter('key', 'change');
    expect(third.alone()).toBe(true);
    third.leave();
  });

  test('left_isSettledByThoseWhoWereInside_notByThoseWhoCameLater', async () => {
    const rooms = new Rooms<string>();
    expect(rooms.left('key', 'change')).toBeUndefined();
    const [a, b] = [await rooms.enter('key', 'change'), await rooms.enter('key', 'change')];
    let left = false;
    void rooms.left('key', 'change')?.then(() => (left = true));
    const later = await rooms.enter('key', 'change');
    b.leave();
    later.leave();
    const last = await rooms.enter('key', 'change');
    await turns();
    expect(left).toBe(false);
    a.leave();
    await turns();
    expect(left).toBe(true);
    last.leave();
    expect(rooms.left('key', 'change')).toBeUndefined();
    const list = await rooms.enter('key', 'list');
    expect(rooms.left('key', 'change')).toBeUndefined();
    list.leave();
  });
});
