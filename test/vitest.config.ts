// Vitest as it runs here: most files side by side; those that compare how quick somebody is, one after another.
import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig } from 'vitest/config';

/** Files that take minutes: `npm run test:long` (long.config.ts) has them. */
const long = ['test/long/**'];
/** Files whose sentences are about time, within one run: a neighbour at work would be measured with them. */
const timed = ['test/faults/**/*.test.ts'];

export default defineConfig({
  resolve: {
    // One graphql: its ES and CommonJS forms both loaded would each refuse the other's schemas.
    alias: [{ find: /^graphql$/, replacement: fileURLToPath(import.meta.resolve('graphql')) }],
  },
  test: {
    // Three times what the longest that sets none of its own takes on a machine six times too busy.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'side by side',
          include: ['test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...timed, ...long],
          // Most of what they do is wait, for processes and sockets: one more than the two cores that the least of machines has.
          maxWorkers: 3,
          sequence: { groupOrder: 0 },
        },
      },
      { extends: true, test: { name: 'timed', include: timed, maxWorkers: 1, sequence: { groupOrder: 1 } } },
    ],
  },
});
