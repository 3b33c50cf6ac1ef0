// Variables that are set, look like ours and are read by nobody: a slip of the pen. Knows the names of those that are read; never
// tells a value.
import type { SystemDefinition } from '../subgraphs/continuity/definition.ts';
import { type Environment, ownVariables, variablesOf } from './config.ts';

/** What is set, looks like ours and is read by nobody: a slip of the pen. */
export function unread(systems: readonly SystemDefinition[], env: Environment): string[] {
  const known = knownVariables(systems);
  const prefixes = systems.flatMap(({ backends }) => Object.values(backends).map(({ variable }) => `${variable}_`));
  const looksLikeOurs = (name: string) =>
    ['LINTEL_', ...prefixes].some((prefix) => name.toUpperCase().startsWith(prefix)) || nearest(name, known) !== null;
  return Object.keys(env)
    .filter((name) => !known.has(name) && looksLikeOurs(name))
    .sort();
}

/** The same in sentences, with what may be meant. Never with a value. */
export function unreadInWords(systems: readonly SystemDefinition[], env: Environment): string[] {
  const known = knownVariables(systems);
  return unread(systems, env).map((name) => {
    const meant = nearest(name, known);
    return `${name} is set, and nothing reads it. ${meant ? `Is ${meant} meant?` : 'Is it misspelt?'}`;
  });
}

function knownVariables(systems: readonly SystemDefinition[]): Set<string> {
  return new Set([
    ...ownVariables,
    ...systems.flatMap((system) => [...variablesOf(system).values()].flatMap((names) => Object.values(names))),
    ...systems.flatMap(({ backends }) =>
      Object.values(backends).flatMap(({ variable, settings = {} }) =>
        Object.keys(settings).map((name) => `${variable}_${name}`),
      ),
    ),
  ]);
}

/** The variable that a name is nearly: in another case or, where it is long enough for that to say anything, a few letters off. */
function nearest(name: string, known: ReadonlySet<string>): string | null {
  const upper = name.toUpperCase();
  const near = [...known].flatMap((each) => {
    const most = each.length < 8 ? 0 : each.length < 13 ? 2 : 3;
    const off = Math.abs(each.length - upper.length) > most ? most + 1 : lettersOff(upper, each);
    return off <= most ? [{ each, off }] : [];
  });
  return near.sort((one, other) => one.off - other.off)[0]?.each ?? null;
}

/** How many letters have to be put in, taken out or changed to make one text of another. */
function lettersOff(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [at, letter] of [...one].entries()) {
    const next = [at + 1];
    for (const [index, each] of [...other].entries()) {
      next.push(
        Math.min((row[index] ?? 0) + (letter === each ? 0 : 1), (row[index + 1] ?? 0) + 1, (next[index] ?? 0) + 1),
      );
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
