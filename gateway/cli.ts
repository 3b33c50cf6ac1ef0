#!/usr/bin/env node
// The commands. Each is a few lines here; what it does is elsewhere.
import { readFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import { environment, readConfig } from './config.ts';

const program = new Command('lintel')
  .description("One GraphQL endpoint over a landlord's separate legacy systems, that keeps standing when one falls.")
  .showHelpAfterError('(see npx lintel --help)');

function whole(least: number, most: number) {
  return (text: string) => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}

function positive(text: string): number {
  const value = Number(text);
  if (text.trim() && Number.isFinite(value) && value >= 0) return value;
  throw new InvalidArgumentError('It must be a number, 0 or more.');
}

function day(text: string): string {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text))) return text;
  throw new InvalidArgumentError('It must be a day, like 2026-07-02.');
}

const port = whole(0, 65_535);

/** The options that shape the made-up world; the same wherever one is made. */
function withWorld(command: Command): Command {
  return command
    .option('--homes <count>', 'how many homes the made-up landlord has', whole(100, 500_000))
    .option('--seed <number>', 'same seed and same day, same world', whole(0, 2 ** 31))
    .option('--today <day>', "the made-up world's present day (default: today)", day);
}

/** Runs a command; what goes wrong is one sentence on standard error and exit code 1. */
function run<Arguments extends unknown[]>(work: (...given: Arguments) => Promise<void>) {
  return (...given: Arguments) =>
    work(...given).catch((error: unknown) => {
      process.stderr.write(`lintel: ${error instanceof Error ? error.message : error}\n`);
      process.exitCode = 1;
    });
}

withWorld(program.command('start'))
  .description('the whole of Lintel; mocks play every legacy system whose URL is not set')
  .option('--latency <factor>', 'how slow the mocks are: 0 at once, 1 like the real systems', positive)
  .option('--no-mocks', 'refuse to start unless every legacy system is configured')
  .action(
    run(async (flags) => {
      const { start } = await import('./commands/start.ts');
      await start(environment(), flags);
    }),
  );

program
  .command('gateway')
  .description('a gateway over any Federation 2 supergraph whose subgraphs speak HTTP')
  .requiredOption('--supergraph <file>', 'the supergraph, a GraphQL file')
  .option('--port <port>', 'where to listen (default: PORT, or 4000)', port)
  .action(
    run(async (flags) => {
      const { gateway } = await import('./commands/gateway.ts');
      await gateway(environment(), flags);
    }),
  );

program
  .command('subgraph <system>')
  .description('one legacy system as a subgraph of its own')
  .option('--port <port>', 'where to listen (default: any free port)', port, 0)
  .action(
    run(async (system, flags) => {
      const { subgraph } = await import('./commands/subgraph.ts');
      await subgraph(environment(), system, flags);
    }),
  );

withWorld(program.command('mocks'))
  .description('the made-up legacy systems by themselves')
  .option(
    '--port <port>',
    'control port; the systems take the ports above it (default: MOCKS_PORT, or PORT + 10)',
    port,
  )
  .option('--latency <factor>', 'how slow they are: 0 at once, 1 like the real systems', positive)
  .action(
    run(async (flags) => {
      const { startMocks } = await import('../mocks/index.ts');
      const { runMocks } = await import('./commands/mocks.ts');
      await runMocks(startMocks, { port: readConfig(environment()).mocksPort, ...flags });
    }),
  );

program
  .command('fault <target> [kind]')
  .description('break a mock: fault repairs hung, fault repairs.scheduler down, fault clear [target], fault list')
  .option('--ms <milliseconds>', 'slow: how late; drip: how long the body takes', whole(0, 3_600_000))
  .option('--every <count>', 'flapping, session-lost: one call in so many', whole(0, 1_000_000))
  .option('--times <count>', 'wears off after so many calls', whole(0, 1_000_000))
  .option('--late <0|1>', 'hung: carry out what it held when lifted', whole(0, 1))
  .action(
    run(async (target, kind, flags) => {
      const { fault } = await import('./commands/fault.ts');
      await fault(readConfig(environment()).mocksPort, target, kind, flags);
    }),
  );

withWorld(program.command('world'))
  .description("who lives in the made-up world: the references of the journeys' people")
  .option('--json', 'as JSON')
  .action(
    run(async ({ json, ...options }) => {
      const { makeWorld } = await import('../mocks/world.ts');
      const { cast } = makeWorld(options);
      const { describeCast } = await import('./commands/fault.ts');
      process.stdout.write(json ? `${JSON.stringify(cast, null, 2)}\n` : describeCast(cast));
    }),
  );

program.version(JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version);
await program.parseAsync();
