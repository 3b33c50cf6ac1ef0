// Which lines calls can be joined to: those that the exchange names, now or as far as is known, at extensions that lead to a
// line. Asks the exchange once.
import type { Form } from '../continuity/form.ts';
import type { TelephonyVerbs } from './adapter.ts';
import { extensionOf, isLineExtension, switchboardSetting } from './settings.ts';

/** The longest name that a queue of Asterisk can have. */
const longestName = 80;

/**
 * The names of the exchange's lines, as it names them now or, where it cannot be asked, last did. Null: none is known. That an
 * exchange names no line at all is how it is right after its start, and tells nothing.
 */
export async function knownLines({ lines }: Pick<TelephonyVerbs, 'lines'>): Promise<readonly string[] | null> {
  const [answer] = await Promise.allSettled([lines('')]);
  if (answer.status === 'rejected' || answer.value.value.length === 0) return null;
  return answer.value.value.map(({ name }) => name);
}

/** The same name, however it is spaced; null: there is no such line. */
export function lineNamed(name: string, lines: readonly string[]): string | null {
  const folded = (text: string) => text.replace(/\s+/g, ' ').trim();
  return lines.find((line) => line === name) ?? lines.find((line) => folded(line) === folded(name)) ?? null;
}

/** Why calls cannot be joined to a line at its extension, said after what it is called. Null: they can. */
export function extensionProblem(line: string, settings: Readonly<Record<string, string>> | undefined): string | null {
  const extension = extensionOf(line, switchboardSetting('EXTENSIONS', settings));
  return isLineExtension(extension)
    ? null
    : 'has no extension of its own at the telephone system: callers cannot be joined to it.';
}

/** A line that calls are to be joined to, as a form gives it: checked against those that are known. */
export function lineIn(
  form: Form,
  lines: readonly string[] | null,
  settings: Readonly<Record<string, string>> | undefined,
): string {
  const given = form.text('line', longestName);
  if (given === '') return given;
  const line = lines ? lineNamed(given, lines) : given;
  if (line === null) {
    form.problem('line', `is none of the telephone system's lines; those are: ${(lines ?? []).join(', ')}.`);
    return given;
  }
  const problem = extensionProblem(line, settings);
  if (problem) form.problem('line', problem);
  return line;
}
