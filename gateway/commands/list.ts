// The commands: what each is called, takes and says of itself. What it does is in a file of its own, loaded when it is
// asked for.
import { Argument, type Command, InvalidArgumentError, Option } from 'commander';
import { environment, readConfig } from '../config.ts';
import type { Cast } from './cast.ts';
import { here, mocksHere, mocksOfRunning } from './here.ts';
import type { Mocks } from './mocks.ts';
import { instant, instantOrUnknown, port, positive, type WorldFlags, whole, withJson, withWorld } from './options.ts';
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
  writing(program.commandsGroup('What was written:'));
  operating(program.commandsGroup('When a system is down, or may not be trusted:'));
  keeping(program.commandsGroup('What it keeps:'));
  madeUpLandlord(program.commandsGroup('The made-up landlord:'), madeUp);
  building(program.commandsGroup('To build on it:'));
}

function running(program: Command): void {
  withWorld(withJson(program.command('start'), 'once it is up, one line of where everything is,'))
    .summary('the whole of Lintel, over mocks where nothing is configured')
    .description(
      'The whole of Lintel in one process. Where no legacy system is configured, mocks play all of them. Where one is, they\n' +
        'play nothing but what --mocks names, and Lintel does not start while anything else is not configured.',
    )
    .option('--port <port>', 'where to listen, over PORT (default: 4000)', port)
    .option('--mocks <systems>', 'mocks play these, e.g. telephony,repairs.scheduler, whatever else is configured')
    .option('--no-mocks', 'refuse to start unless every legacy system is configured')
    .option('--latency <factor>', 'how slow the mocks are: 0 at once, 1 like the real systems (default: 0)', positive)
    .option(
      '--trusted-documents <files...>',
      'manifests of documents that may be asked by name, over TRUSTED_DOCUMENTS',
    )
    .option('--trusted-only', "answer nothing but those and the client's own, over TRUSTED_ONLY")
    .addHelpText(
      'after',
      examples('start', 'start --port 5000 --homes 125000 --latency 1', 'start --mocks telephony', 'start --no-mocks'),
    )
    .action(async (flags) => {
      const { start } = await import('./start.ts');
      await start(environment(), flags);
    });

  withJson(program.command('gateway'), 'once it is up, one line of where it is,')
    .summary('a gateway over any Federation 2 supergraph')
    .description('A gateway over any Federation 2 supergraph whose subgraphs speak HTTP.')
    .requiredOption('--supergraph <file>', 'the supergraph, a GraphQL file; when it changes, the new one is served')
    .option('--port <port>', 'where to listen, over PORT (default: 4000)', port)
    .option(
      '--trusted-documents <files...>',
      'manifests of documents that may be asked by name, over TRUSTED_DOCUMENTS',
    )
    .option('--trusted-only', 'answer nothing but those, over TRUSTED_ONLY')
    .addHelpText(
      'after',
      examples(
        'gateway --supergraph schema/supergraph.graphql --port 4100',
        'gateway --supergraph schema/supergraph.graphql --trusted-documents operations.json --trusted-only',
      ),
    )
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
      await subgraph(await mocksOfRunning(environment()), system, flags);
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
      await doctor(await here(environment()), systems, flags);
    });
}

function writing(program: Command): void {
  const withDecision = (command: Command) =>
    command
      .option('--why <text>', 'why, for the record and for colleagues')
      .option('--as <name>', 'who decides (default: your account)');
  const stateNames = ['queued', 'sending', 'applied', 'refused', 'ambiguous', 'parked', 'cancelled', 'lost', 'settled'];
  const more = (state: string, before: string[] = []) => [...before, state];

  withJson(program.command('dispatch'), 'the list')
    .summary('the emergencies to see to, for who has nothing else')
    .description(
      'Prints the emergencies to see to, the most urgent first: where, what was told, by when, whether the repairs system\n' +
        'has it, and room to tick. Works with every system down, and whether Lintel runs or not. The same for a browser and\n' +
        'for paper: /dispatch.',
    )
    .addHelpText('after', examples('dispatch', 'dispatch --json'))
    .action(async (flags) => {
      const { dispatch } = await import('./dispatch.ts');
      await dispatch(await here(environment()), flags);
    });

  withJson(program.command('receipts'), 'the receipts')
    .summary('what was written through Lintel, newest first, and how it stands')
    .description('What was written through Lintel, newest first, and how it stands. Works whether Lintel runs or not.')
    .addOption(
      new Option('--state <state>', 'only those in that state; again for more than one').argParser(
        (state: string, before: string[] | undefined) => {
          const plain = state.toLowerCase();
          if (stateNames.includes(plain)) return more(plain, before);
          throw new InvalidArgumentError(`It must be one of ${stateNames.join(', ')}.`);
        },
      ),
    )
    .option('--system <name>', 'only those for that system')
    .option('--emergency', 'emergencies alone')
    .option('--first <count>', 'how many at most (default: 50)', whole(1, 100_000))
    .addHelpText(
      'after',
      examples('receipts', 'receipts --state ambiguous --state parked', 'receipts --system repairs --emergency --json'),
    )
    .action(async (flags) => {
      const { receipts } = await import('./receipts.ts');
      await receipts(await here(environment()), flags);
    });

  withJson(program.command('receipt <id>'), 'the receipt')
    .summary('one of them in full: its steps, what it made, its time limits')
    .description('One of them in full: its steps, what it made, its time limits, and what can be decided about it.')
    .addHelpText('after', examples('receipt R1M8EQ1MGRKD701YN59Z'))
    .action(async (id, flags) => {
      const { receipt } = await import('./receipts.ts');
      await receipt(await here(environment()), id, flags);
    });

  withJson(program.command('replay [system]'), 'how it ended')
    .summary('send what waits now, and not when its turn would come')
    .description(
      'Has what waits sent at once, and shows how that goes. A Lintel that runs sends by itself as soon as a system takes\n' +
        'writes, gently; this is for who does not want to wait, or wants it gentler still. What cannot be sent yet stays.',
    )
    .option('--rate <number>', 'at most so many attempts a second (default: 20)', positive)
    .addHelpText('after', examples('replay', 'replay repairs --rate 5'))
    .action(async (system, flags) => {
      const { replay } = await import('./replay.ts');
      await replay(await here(environment()), system, flags);
    });

  withJson(program.command('ledger'), 'the sums')
    .summary('how many writes there are of each state, and whether it adds up')
    .description(
      'How many writes there are of each state: accepted = applied + refused + cancelled + settled + open. Where that does\n' +
        'not close, the exit code is 1.',
    )
    .option('--system <name>', 'of one system alone')
    .addHelpText('after', examples('ledger', 'ledger --system repairs --json'))
    .action(async (flags) => {
      const { ledger } = await import('./receipts.ts');
      await ledger(await here(environment()), flags);
    });

  withDecision(withJson(program.command('settle'), 'the receipt'))
    .summary('your word on a write that nobody else can decide')
    .description(
      'Your word on a write that is AMBIGUOUS, PARKED or LOST, after you have looked in its system:\n\n' +
        '  done      it is there: nothing more is to be sent\n' +
        '  again     it is not there: it is to be sent again\n' +
        '  settled   it was dealt with otherwise',
    )
    .argument('<id>', 'of its receipt')
    .addArgument(new Argument('<verdict>', 'what has become of it').choices(['done', 'again', 'settled']))
    .addHelpText('after', examples('settle R1M8EQ1MGRKD701YN59Z done --why "work order 10003488 is there"'))
    .action(async (id, verdict, flags) => {
      const { settle } = await import('./receipts.ts');
      await settle(await here(environment()), id, verdict, flags);
    });

  withDecision(withJson(program.command('cancel <id>'), 'the receipt'))
    .summary('take a write back that has not been sent')
    .description('Takes a write back that has not been sent. Where it is too late, says so.')
    .addHelpText('after', examples('cancel R1M8EQ1MGRKD701YN59Z --why "reported twice"'))
    .action(async (id, flags) => {
      const { cancel } = await import('./receipts.ts');
      await cancel(await here(environment()), id, flags);
    });
}

function keeping(program: Command): void {
  withJson(program.command('keep-warm [systems...]'), 'how it ended,')
    .summary('read everything once and keep it, so that an outage finds all of it')
    .description(
      'Walks through everything that the systems hold, gently, and keeps it: an outage then finds all of it, and not only\n' +
        'what was lately read. A Lintel that runs does so by itself (KEEP_WARM=off: only when asked like this).\n\n' +
        'Shows how far it is; it waits where a system strains, and goes on where it was after a stop. Interrupted, it goes\n' +
        'on in the Lintel that runs. Where none runs, this command walks by itself, and ends when interrupted.',
    )
    .option('--stop', 'stop it, until it is asked for again')
    .addHelpText('after', examples('keep-warm', 'keep-warm tenancies repairs', 'keep-warm --stop', 'keep-warm --json'))
    .action(async (systems, flags) => {
      const { keepWarm } = await import('./keepwarm.ts');
      await keepWarm(await here(environment()), systems, flags);
    });

  withJson(program.command('backup <file>'), 'what was written')
    .summary('a copy of all that is kept, in one sealed file')
    .description(
      'Writes a copy of the whole store to a file: encrypted under the first of STORE_KEYS, which is not in it, and read\n' +
        'back before it is said to be there. It restores into SQLite and PostgreSQL alike. Keep it off this machine.',
    )
    .addHelpText('after', examples('backup /media/usb/lintel-monday.backup', 'backup monday.backup --json'))
    .action(async (file, { json }) => {
      const { backup } = await import('./backup.ts');
      await backup(await here(environment()), file, json);
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
      await restore(await here(environment()), file, flags);
    });

  withJson(program.command('forget [person]'), 'how much was forgotten')
    .summary('forget one person in all that is kept')
    .description(
      'Forgets a person, by their reference, in all that is kept: what was read of them, their household, tenancies,\n' +
        'applications and calls (telephone numbers may be shared), what finished writes say, and own records. What is still\n' +
        'to be done stays, and is counted. Works whether Lintel runs or not. The legacy systems are not changed: what is read\n' +
        'of the person again is kept again. Backups made before still have it.\n\n' +
        '--sweep counts what no kept record of a person leads to any more, such as calls of people who were forgotten by an\n' +
        'earlier version; with --yes it is forgotten. It looks through everything, which takes minutes where much is kept.',
    )
    .option('--sweep', 'look for what no person leads to any more')
    .option('--yes', 'with --sweep: forget it, and do not only count it')
    .option('--as <name>', 'who gives the order (default: your account)')
    .addHelpText('after', examples('forget 0000122-1', 'forget --sweep', 'forget --sweep --yes'))
    .action(async (person, flags) => {
      const { forget } = await import('./forget.ts');
      await forget(await here(environment()), person, flags);
    });
}

function operating(program: Command): void {
  const withName = (command: Command) => command.option('--as <name>', 'who gives the order (default: your account)');

  withName(withJson(program.command('system'), 'what there is to tell,'))
    .summary('how systems stand; cut one off, release it, say when it is back')
    .description(
      'Without an order: how all systems stand, or one in full. With an order, sets it, at once and until it is released:\n\n' +
        '  isolate     cut it off: nothing is sent to it any more, not even to look; what is kept is given\n' +
        '  read-only   it answers out of a restored copy: each answer is labelled, the newer of copy and kept is given\n' +
        '  reconcile   after read-only: what the copy lacks is being brought back\n' +
        '  release     it follows its circuit again; after isolate and read-only it is compared with what was kept first\n' +
        '  expect      only says when it is expected back: expect "2026-11-24 14:00", or expect unknown\n' +
        '  try-again   look at once whether it is back, also where its login was refused and has been mended\n\n' +
        'A name is a system (repairs) or one of its backends (repairs.scheduler). Works whether Lintel runs or not; what is\n' +
        'set while it does not, holds when it starts. Times are London times, or ISO 8601 with their offset.',
    )
    .argument('[name]', 'a system, or one of its backends')
    .argument('[order]', 'what to do')
    .addArgument(new Argument('[time]', 'with expect: when').argParser(instantOrUnknown))
    .option('--why <text>', 'why, for the record and for colleagues; every order but expect and try-again needs it')
    .option('--expected-back <time>', 'when service is expected back, where that is known', instant)
    .option('--restore-point <time>', 'read-only: when the copy was taken', instant)
    .option('--yes', 'release: although writes wait that are about what it has lost')
    .option('--backend <name>', 'one of its backends; the same as repairs.scheduler')
    .addHelpText(
      'after',
      examples(
        'system',
        'system lettings',
        'system lettings isolate --why "ransomware on its server" --expected-back "2026-11-26 09:00"',
        'system lettings read-only --restore-point "2026-11-20 02:00" --why "restored from Friday\'s backup"',
        'system lettings release --why "all clear from the security team"',
        'system repairs.scheduler expect "2026-11-24 14:00"',
        'system repairs expect unknown',
      ),
    )
    .action(async (name, order, time, flags) => {
      const { system } = await import('./system.ts');
      await system(await here(environment()), name, order, time, flags);
    });

  withName(withJson(program.command('notice <system> [text]'), 'the system with what is told of it,'))
    .summary('what residents and staff are told of a system')
    .description(
      'What residents and staff are told of a system: with a text, in your words (at most 500 characters) until they are\n' +
        'written anew, taken back, or the system is well again; without one, shows it. Where nobody has written anything,\n' +
        'Lintel says by itself what is affected, what still works, and when it is expected back.',
    )
    .option('--clear', "take an operator's words back")
    .addHelpText(
      'after',
      examples(
        'notice lettings',
        'notice lettings "Moves planned for this week go ahead. Your housing officer rings you before Wednesday."',
        'notice lettings --clear',
      ),
    )
    .action(async (name, text, flags) => {
      const { notice } = await import('./system.ts');
      await notice(await here(environment()), name, text, flags);
    });
}

function madeUpLandlord(program: Command, { startMocks, castOf }: MadeUp): void {
  const mocks = withWorld(withJson(program.command('mocks'), 'once they are up, one line of where they are,'))
    .summary('the made-up legacy systems by themselves; mocks backup, restore, change')
    .description(
      'The made-up legacy systems by themselves, on real ports; Lintel finds them there.\n\n' +
        'Those that run can be backed up and restored, and their own staff be set to work, with the commands below.',
    )
    .option('--port <port>', 'their control port; the systems take the ports above it (default: PORT + 10)', port)
    .option('--latency <factor>', 'how slow they are: 0 at once, 1 like the real systems (default: 0)', positive)
    .option(
      '--agents <count>',
      'agents on each telephone line who have nobody to talk to (default: 0)',
      whole(0, 1_000),
    )
    .addHelpText(
      'after',
      examples('mocks', 'mocks --homes 125000 --latency 1', 'mocks backup lettings', 'mocks restore lettings --days 4'),
    )
    .action(async ({ json, ...options }) => {
      const { runMocks } = await import('./mocks.ts');
      const { mocksPort, hosts } = readConfig(await mocksOfRunning(environment()));
      await runMocks(startMocks, { hosts, ...options, port: options.port ?? mocksPort }, json);
    });
  backups(mocks);

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
      await fault(await mocksHere(environment()), target, kind, flags, json);
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

/** What can be done to mocks that run, besides breaking them. */
function backups(mocks: Command): void {
  const meant = () => mocksHere(environment());

  withJson(mocks.command('backup [target]'), 'the backups taken')
    .summary('take a backup of what they keep')
    .description(
      'Takes a backup of all that a system (repairs) or a backend (repairs.scheduler) keeps; of every one where none is\n' +
        'named. It is kept in their memory, in place of an older one.',
    )
    .addHelpText('after', examples('mocks backup', 'mocks backup lettings', 'mocks backup repairs.workOrders'))
    .action(async (target, { json }) => {
      const { takeBackup } = await import('./madeup.ts');
      await takeBackup(await meant(), target, json);
    });

  withJson(mocks.command('restore [target]'), 'what was put back')
    .summary('bring them back from a backup, or as they were days ago')
    .description(
      'Puts the last backup back: what was written since is lost, sessions too, and references given out since are given\n' +
        'out again. With --days no backup is needed: records of later days are gone, later changes undone.',
    )
    .option('--days <days>', 'as they were so many days ago; 0: as made up today', whole(0, 3_650))
    .addHelpText(
      'after',
      examples('mocks restore lettings', 'mocks restore lettings --days 4', 'mocks restore --days 4'),
    )
    .action(async (target, { json, days }) => {
      const { putBack } = await import('./madeup.ts');
      await putBack(await meant(), target, days, json);
    });

  withJson(mocks.command('change [target]'), 'what was changed')
    .summary('have their own staff change things')
    .description(
      'Has the own staff of a system, or of all of them, change records: work orders raised and moved on, contact details\n' +
        'taken down, offers made, calls made. The same seed does the same.',
    )
    .option('--count <count>', 'how many records (default: 10)', whole(1, 400))
    .option('--seed <number>', 'which chance they follow (default: 1)', whole(0, 2 ** 31))
    .addHelpText('after', examples('mocks change', 'mocks change lettings --count 50 --seed 7'))
    .action(async (target, { json, count, seed }) => {
      const { change } = await import('./madeup.ts');
      await change(await meant(), { target, count, seed }, json);
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
