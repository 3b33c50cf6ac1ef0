// The rooms name what there is.
import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { rooms } from './rooms.ts';

it('each file and each test of a room exists, and no file is in two rooms', () => {
  const files = rooms.flatMap((room) => room.files);
  const tests = rooms.flatMap((room) => room.tests.map((name) => `test/${name}.test.ts`));
  expect([...files, ...tests].filter((file) => !existsSync(file))).toEqual([]);
  expect(new Set(files).size).toBe(files.length);
});
