// The rooms name what there is.
import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { rooms } from './rooms.ts';

it('each file and each test of a room exists, no file is in two rooms, and no test is in one twice', () => {
  const files = rooms.flatMap((room) => room.files);
  const tests = rooms.flatMap((room) => room.tests);
  expect([...files, ...tests].filter((file) => !existsSync(file))).toEqual([]);
  expect(new Set(files).size).toBe(files.length);
  for (const room of rooms) expect(new Set(room.tests).size, room.name).toBe(room.tests.length);
});
