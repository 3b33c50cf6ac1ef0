// What the command line says of itself, and how it says no.
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { program } from '../../gateway/commands/program.ts';
import { nodeProblem } from '../../gateway/node.ts';
import { FAULTS } from '../../mocks/faults.ts';
import { run } from '../process.ts';

const never = () => Promise.reject(new Error('nothing is run here'));
const root = program('1.2.3', { startMocks: never, castOf: never });
const commands = root.commands.map((command): [string, typeof command] => [command.name(), command]);
/** Commands of commands: `mocks backup`. */
const nested = commands.flatMap(([parent, { commands: children }]) =>
  children.map((command): [string, typeof command] => [`${parent} ${command.name()}`, command]),
);

/** What a command's help prints, without its colours. */
function helpOf(command: typeof root): string {
  let text = '';
  const writeOut = (part: string) => {
    text += part;
  };
  command.configureOutput({ ...command.configureOutput(), writeOut });
  command.outputHelp();
  return stripVTControlCharacters(text);
}

describe('help', () => {
  it('lists every command in a group, and what the exit codes mean', () => {
    const text = helpOf(root);
    expect(commands.length).toBeGreaterThan(7);
    for (const [name, command] of commands) {
      expect(text).toMatch(new RegExp(`^ {2}${name}\\b.* {2}\\S`, 'm'));
      expect(text).toContain(command.summary());
    }
    expect(text).toMatch(/Exit codes:\n {2}0 .*\n {2}1 .*\n {2}2 /);
    expect(text).not.toMatch(/^Commands:/m);
  });

  it.each([...commands, ...nested])(
    'of %s has a description, an example that is of it, and a word for each option',
    (name, command) => {
      const text = helpOf(command);
      expect(command.description().length).toBeGreaterThan(20);
      expect(text).toMatch(new RegExp(`^Examples:\\n {2}npx lintel ${name}`, 'm'));
      for (const option of command.options) expect(option.description).not.toBe('');
    },
  );

  it('of fault names every kind of fault and every option, with its default', () => {
    const text = helpOf(commands.find(([name]) => name === 'fault')?.[1] ?? root);
    for (const [kind, { options }] of Object.entries(FAULTS)) {
      expect(text).toContain(kind);
      for (const [option, { value }] of Object.entries(options as Record<string, { value: number }>)) {
        expect(text).toMatch(new RegExp(`--${option} .*${value ? `default: ${value}` : ''}`));
      }
    }
  });
});

describe('the command line', () => {
  it.each([
    [['strat'], /^lintel: unknown command 'strat'\n\(Did you mean start\?\)$/m],
    [['start', '--homs', '500'], /^lintel: unknown option '--homs'\n\(Did you mean --homes\?\)$/m],
    [['start', '--homes', '5'], /argument '5' is invalid\. It must be a whole number from 100 to 500000\.$/m],
    [['subgraph'], /^lintel: missing required argument 'system'$/m],
    [[], /^Usage: npx lintel /m],
  ])('does not understand %j: exit code 2, and what was meant', async (args, sentence) => {
    const command = run(args);
    expect(await command.ended).toBe(2);
    expect(command.output()).toMatch(sentence);
    expect(command.output()).not.toMatch(/\n\s+at /);
  });

  it('has colour where it is asked for, and none where it goes to a program or NO_COLOR is set', async () => {
    const [coloured, piped, refused] = [
      run(['--help'], { FORCE_COLOR: '1' }),
      run(['--help']),
      run(['--help'], { NO_COLOR: '1' }),
    ];
    for (const command of [coloured, piped, refused]) expect(await command.ended).toBe(0);
    expect(coloured.output()).toContain('\u001b[');
    expect(piped.output()).not.toContain('\u001b');
    expect(refused.output()).not.toContain('\u001b');
  });
});

describe('the Node that runs it', () => {
  it.each(['20.20.2', '22.18.0', '24.11.1', '25.9.9'])(
    'is too old at %s, in a sentence that says what to do',
    (version) => {
      expect(nodeProblem(version, '>=26')).toMatch(
        new RegExp(
          `^Lintel needs Node 26 or newer; this is Node ${version}\\. It brings its own: .*npm ci.*npx lintel`,
        ),
      );
    },
  );

  it.each(['26.0.0', '26.10.0', '27.1.0'])('is new enough at %s', (version) => {
    expect(nodeProblem(version, '>=26')).toBeNull();
  });
});
