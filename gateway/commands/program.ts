// The command line as a whole: how help looks, what errors look like, which exit code means what. The commands
// themselves are in list.ts.
import { type Argument, Command } from 'commander';
import { addCommands, type MadeUp } from './list.ts';
import { helpStyle } from './terminal.ts';

/** What every help ends with. */
const footer = `
${helpStyle('bold')('Exit codes:')}
  0  done; for start, gateway, subgraph and mocks: stopped when asked
  1  not done, or doctor found something wrong; the reason is on standard error
  2  the command line was not understood

Settings come from the environment or a .env file here; README.md lists them. Colours are for terminals, and not where
NO_COLOR is set.`;

function argumentTerm(argument: Argument): string {
  const name = argument.name() + (argument.variadic ? '...' : '');
  return argument.required ? `<${name}>` : `[${name}]`;
}

/** The whole command line, to be given arguments. */
export function program(version: string, madeUp: MadeUp): Command {
  const root = new Command('npx lintel')
    .description("One GraphQL endpoint over a landlord's separate legacy systems, that keeps standing when one falls.")
    .version(version, '-V, --version', 'the version')
    .helpOption('-h, --help', 'this help')
    // An option after `mocks backup` is that command's, not one of `mocks`.
    .enablePositionalOptions()
    .configureHelp({
      styleTitle: helpStyle('bold'),
      styleCommandText: helpStyle('cyan'),
      styleSubcommandTerm: helpStyle('cyan'),
      styleOptionTerm: helpStyle('cyan'),
      subcommandTerm: (command) =>
        [command.name(), ...command.registeredArguments.map((argument) => argumentTerm(argument))].join(' '),
      helpWidth: 120,
    })
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'lintel: ')) })
    .showHelpAfterError('(npx lintel --help lists the commands; npx lintel COMMAND --help explains one.)')
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2));
  addCommands(root, madeUp);
  root.commandsGroup('To read more:').helpCommand('help [command]', 'what a command does, takes and is used for');
  root.addHelpText(
    'after',
    `
${helpStyle('bold')('Examples:')}
  npx lintel start                    everything, over made-up legacy systems
  npx lintel fault repairs down       pull the plug on one of them
  npx lintel doctor                   what is set right, what answers, what lets us in
${footer}`,
  );
  return root;
}
