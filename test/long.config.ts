// Vitest for what takes minutes (`npm run test:long`): the fault matrix more than once, and the restore harness. One after
// another, and each test told as it ends: what measures how quick somebody is must have the machine to itself.
import { defineConfig } from 'vitest/config';
import short from './vitest.config.ts';

export default defineConfig({
  resolve: short.resolve ?? {},
  test: {
    testTimeout: 30_000,
    hookTimeout: 30_000,
    reporters: ['verbose'],
    projects: [
      {
        extends: true,
        // A play of the harness waits for nothing but its own work, so that two of them fill two cores.
        test: { name: 'restores', include: ['test/long/**/*.test.ts'], maxWorkers: 2, sequence: { groupOrder: 0 } },
      },
      {
        extends: true,
        test: { name: 'faults', include: ['test/faults/**/*.test.ts'], maxWorkers: 1, sequence: { groupOrder: 1 } },
      },
    ],
  },
});
