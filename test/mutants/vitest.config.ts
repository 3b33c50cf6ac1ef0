// Vitest as Stryker runs it: the tests of one room, one after another. MUTANTS_TESTS: their files, separated by spaces.
import { defineConfig } from 'vitest/config';
import short from '../vitest.config.ts';

export default defineConfig({
  resolve: short.resolve ?? {},
  test: {
    include: (process.env.MUTANTS_TESTS ?? '').split(' '),
    testTimeout: 30_000,
    hookTimeout: 30_000,
    maxWorkers: 1,
  },
});
