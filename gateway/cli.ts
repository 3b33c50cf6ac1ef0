#!/usr/bin/env node
// Where the command line begins: sees whether this Node and what is installed will do before it loads anything that
// needs them. The commands themselves are in commands/program.ts; mocks are brought to them from here.
import { readFileSync } from 'node:fs';
import { endWithReader } from './commands/process.ts';
import { nodeProblem } from './node.ts';

const { version, engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

async function run(): Promise<void> {
  const problem = nodeProblem(process.versions.node, engines.node);
  if (problem) throw new Error(problem);
  const { program } = await import('./commands/program.ts').catch((error: NodeJS.ErrnoException) => {
    // A package of ours, not a file: the message says which of the two.
    if (error.code !== 'ERR_MODULE_NOT_FOUND' || !/package/.test(error.message)) throw error;
    throw new Error("Lintel's packages are not installed. In its folder, run npm ci first.");
  });
  await program(version, {
    startMocks: async (options) => (await import('../mocks/index.ts')).startMocks(options),
    castOf: async (options) => (await import('../mocks/world.ts')).makeWorld(options).cast,
  }).parseAsync();
}

endWithReader();
run().catch((error: unknown) => {
  process.stderr.write(`lintel: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
});
