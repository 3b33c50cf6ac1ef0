// The commands: what each is called, takes and says of itself. What it does is in a file of its own, loaded when it is
// asked for.
import { type Command, Option } from 'commander';
import { environment, readConfig } from '../config.ts';
import type { Cast } from './cast.ts';
import type { Mocks } from './mocks.ts';
import { port, positive, type WorldFlags, whole, withJson, withWorld } from './options.ts';
import { wires } from './templates.ts';
import { helpStyle } from './terminal.ts';

/** The mocks, as they are brought to the commands: nothing in the gateway may import them. */
export interface MadeUp {
  startMocks(options: WorldFlags & { port: number; latency?: number }): Promise<Mocks>;
  castOf(options: WorldFlags): Promise<Cast>;
}

const examples = (...lines: string[]) =>
  `\n${helpStyle('bold')('Examples:')}\n${lines.map((line) => `  npx lintel ${line}\n`).join('')}`;

/** Adds every command, group by group. */
export function addCommands(program: Command, madeUp: MadeUp): void {
  running(program.commandsGroup('To run it:'));
  looking(program.commandsGroup('To see how it is:'));
  keeping(program.commandsGroup('What is kept:'));
  madeUpLandlord(program.commandsGroup('The made-up landlord:'), madeUp);
  building(program.commandsGroup('To build on it:'));
}

function running(program: Command): void {
  withWorld(withJson(program.command('start'), 'once it is up, one line of where everything is,'))
    .summary('the whole of Lintel, over mocks where nothing is configured')
    .description('The whole of Lintel in one process. Mocks play every legacy system whose URL is not set.')
    .option('--port <port>', 'where to listen, over PORT (default: 4000)', port)
    .option('--no-mocks', 'refuse to start unless every legacy system is configured')
    .option('--latency <factor>', 'how slow the mocks are: 0 at once, 1 like the real systems (default: 0)', positive)
    .addHelpText('after', examples('start', 'start --port 5000 --homes 125000 --latency 1', 'start --no-mocks'))
    .action(async (flags) => {
      const { start } = await import('./start.ts');
      await start(environment(), flags);
    });

  withJson(program.command('gateway'), 'once it is up, one line of where it is,')
    .summary('a gateway over any Federation 2 supergraph')
    .description('A gateway over any Federation 2 supergraph whose subgraphs speak HTTP.')
    .requiredOption('--supergraph <file>', 'the supergraph, a GraphQL file')
    .option('--port <port>', 'where to listen, over PORT (default: 4000)', port)
    .addHelpText('after', examples('gateway --supergraph schema/supergraph.graphql --port 4100'))
    .action(async (flags) => {
      const { gateway } = await import('./gateway.ts');
      await gateway(environment(), flags);
    });

  withJson(program.command('subgraph <system>'), 'once it is up, one line of where it is,')
    .summary('one legacy system as a subgraph of its own')
    .description('One legacy system as a subgraph of its own, for gateways that reach it over HTTP.')
    .option('--port <port>', 'where to listen; 0: any free port', port, 0)
    .addHelpText('after', examples('subgraph repairs --port 4103'))
    .action(async (system, flags) => {
      const { subgraph } = await import('./subgraph.ts');
      await subgraph(environment(), system, flags);
    });
}

function looking(program: Command): void {
  withJson(program.command('doctor [systems...]'), 'what was found,')
    .summary('what is set right, what answers, what lets us in, and what to mend')
    .description(
      'Looks at what is set, at the endpoint, and at each backend of the legacy systems (mocks, where they stand in):\n' +
        'does it answer, does it let us in, how fast, and what to mend. Works whether Lintel runs or not.\n\n' +
        'Each login is tried once a run, and where it is refused nothing more is sent. Six refused tries lock such an\n' +
        'account: mend a login before you look again, and do not put this on a timer.',
    )
    .addHelpText('after', examples('doctor', 'doctor repairs telephony', 'doctor --json'))
    .action(async (systems, flags) => {
      const { doctor } = await import('./doctor.ts');
      await doctor(environment(), systems, flags);
    });
}

function keeping(program: Command): void {
  withJson(program.command('backup <file>'), 'what was written')
    .summary('a copy of all that is kept, in one sealed file')
    .description(
      'Writes a copy of the whole store to a file: encrypted under the first of STORE_KEYS, which is not in it, and read\n' +
        'back before it is said to be there. It restores into SQLite and PostgreSQL alike. Keep it off this machine.',
    )
    .addHelpText('after', examples('backup /media/usb/lintel-monday.backup', 'backup monday.backup --json'))
    .action(async (file, { json }) => {
      const { backup } = await import('./backup.ts');
      await backup(environment(), file, json);
    });

  withJson(program.command('restore <file>'), 'what was restored')
    .summary('put a backup back, all of it or nothing')
    .description(
      'Puts a backup into the configured store, while no Lintel uses it. It is all of it or nothing: a file that is\n' +
        'changed, cut off, of another key or of a newer Lintel is refused, and the store stays as it was.',
    )
    .option('--replace', 'what is in the store goes; without this only an empty store is taken')
    .addHelpText('after', examples('restore monday.backup', 'restore monday.backup --replace'))
    .action(async (file, flags) => {
      const { restore } = await import('./restore.ts');
      await restore(environment(), file, flags);
    });

  withJson(program.command('forget <person>'), 'how much was forgotten')
    .summary('forget one person in all that is kept')
    .description(
      'Takes out of the store every record of a person, by their reference, and those of their telephone numbers (which\n' +
        'others may share). The legacy systems are not changed: what is read of the person again is kept again. Backups\n' +
        'made before still have it.',
    )
    .addHelpText('after', examples('forget 0000122-1'))
    .action(async (person, { json }) => {
      const { forget } = await import('./forget.ts');
      await forget(environment(), person, json);
    });
}

function madeUpLandlord(program: Command, { startMocks, castOf }: MadeUp): void {
  withWorld(withJson(program.command('mocks'), 'once they are up, one line of where they are,'))
    .summary('the made-up legacy systems by themselves')
    .description('The made-up legacy systems by themselves, on real ports; Lintel finds them there.')
    .option('--port <port>', 'their control port; the systems take the ports above it (default: PORT + 10)', port)
    .option('--latency <factor>', 'how slow they are: 0 at once, 1 like the real systems (default: 0)', positive)
    .addHelpText('after', examples('mocks', 'mocks --homes 125000 --latency 1'))
    .action(async ({ json, ...options }) => {
      const { runMocks } = await import('./mocks.ts');
      await runMocks(startMocks, { port: readConfig(environment()).mocksPort, ...options }, json);
    });

  withJson(program.command('fault <target> [kind]'), 'the faults that stand')
    .summary('break a made-up system; fault clear, fault list')
    .description(
      'Breaks the mocks that run, and mends them. A target is a system (repairs), a backend (repairs.scheduler) or an\n' +
        'operation (tenancies.GetProperties). `fault clear [target]` mends, `fault list` tells what is broken.\n\n' +
        'Kinds: down, hung, slow, garbled, truncated, flapping, drip, lost-acknowledgement, session-lost, overnight-batch.',
    )
    .option('--ms <milliseconds>', 'slow: how late (default: 5000); drip: how long (default: 600000)', whole(0, 3.6e6))
    .option('--every <count>', 'flapping (default: 2), session-lost: one call in so many', whole(0, 1e6))
    .option('--times <count>', 'wears off after so many calls (default: it stands until mended)', whole(0, 1e6))
    .option('--late <0|1>', 'hung: 1 carries out what it held when mended (default: 0)', whole(0, 1))
    .addHelpText(
      'after',
      examples(
        'fault repairs down',
        'fault repairs.scheduler slow --ms 800',
        'fault tenancies.GetProperties garbled --times 3',
        'fault list',
        'fault clear repairs',
      ),
    )
    .action(async (target, kind, { json, ...flags }) => {
      const { fault } = await import('./fault.ts');
      await fault(readConfig(environment()).mocksPort, target, kind, flags, json);
    });

  withWorld(withJson(program.command('world'), 'the references'))
    .summary("references of the journeys' people")
    .description("Who lives in the made-up world: the references of the journeys' people, for queries to paste.")
    .addHelpText('after', examples('world', 'world --json --homes 500'))
    .action(async ({ json, ...options }) => {
      const { showCast } = await import('./cast.ts');
      showCast(await castOf(options), json);
    });
}

function building(program: Command): void {
  program
    .command('new-system <name>')
    .summary('the files of a new legacy system, as an example that works')
    .description(
      'Writes the six files of a new legacy system and adds it to the two lists: a schema, an adapter, resolvers, a mock\n' +
        'and tests that pass as they stand. Then make them yours. Nothing that exists is overwritten.',
    )
    .addOption(new Option('--wire <wire>', 'what the system speaks').choices(wires).makeOptionMandatory())
    .addHelpText('after', examples('new-system income --wire rest', 'new-system complaints --wire soap'))
    .action(async (name, flags) => {
      const { newSystem } = await import('./scaffold.ts');
      await newSystem(name, flags);
    });
}
