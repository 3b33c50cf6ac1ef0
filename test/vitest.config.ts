// Vitest as it runs here.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: {
    // One graphql: its ES and CommonJS forms both loaded would each refuse the other's schemas.
    alias: [{ find: /^graphql$/, replacement: fileURLToPath(import.meta.resolve('graphql')) }],
  },
  test: { include: ['test/**/*.test.ts'] },
});
