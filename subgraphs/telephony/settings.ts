// What a site can set for the exchange: how it is told to ring somebody, whom, and how often. Knows no wire.
import type { Settings } from '../continuity/definition.ts';
import { prefixesProblem, usualNumbers } from './allowed-numbers.ts';

/** Lines in all that are rung an hour where nothing is set: one a minute, which a few agents can take. */
const usualCallbacksAnHour = 60;

/** Defaults need of the dialplan's one context only that it takes telephone numbers, and lines by their names. */
export const switchboardSettings = {
  DIAL: {
    // Through the dialplan: the site's own rules say over which trunk, and which number is shown.
    what: 'the endpoint that rings somebody, {number} being their number as +44..., e.g. PJSIP/{number}@trunk',
    default: 'Local/{number}@default',
    problem: (value) =>
      /^[^&,\s{}]+\/[^&,\s{}]*\{number\}[^&,\s{}]*$/.test(value)
        ? null
        : 'must be one endpoint with {number} in it once, e.g. PJSIP/{number}@trunk; with & the exchange would ring several.',
  },
  CONTEXT: {
    what: "the dialplan's context in which lines are extensions: one that holds lines alone and cannot dial out",
    default: 'default',
    problem: (value) => (/^[\w.-]+$/.test(value) ? null : 'must be the name of one context, e.g. lintel-lines.'),
  },
  EXTENSIONS: {
    what: 'lines whose extension is not their name, e.g. repairs=100,rents=101',
    default: '',
    problem: extensionsProblem,
  },
  CALLER_ID: { what: 'as whom the exchange rings', default: 'Lintel' },
  ALLOWED_NUMBERS: {
    what: 'prefixes of the numbers that may be rung, with ! before those that may not; never 999, 112 or a short code',
    default: usualNumbers,
    problem: prefixesProblem,
  },
  CALLBACKS_AN_HOUR: {
    what: 'call-backs an hour in all; those beyond wait',
    default: String(usualCallbacksAnHour),
    problem: (value) => (/^[1-9]\d{0,4}$/.test(value) ? null : 'must be a whole number from 1 to 99999.'),
  },
} satisfies Settings;

/** A setting, or its default. */
export function switchboardSetting(
  name: keyof typeof switchboardSettings,
  set: Readonly<Record<string, string>> | undefined,
): string {
  return set?.[name] ?? switchboardSettings[name].default;
}

/** Lines with extensions of their own, by name. A name may have spaces, `&` and `=` in it, but no comma. */
export function extensionsIn(setting: string): Map<string, string> {
  const pairs = setting.split(',').filter((pair) => pair.trim() !== '');
  return new Map(
    pairs.map((pair) => {
      const at = pair.lastIndexOf('=');
      return [pair.slice(0, Math.max(at, 0)).trim(), pair.slice(at + 1).trim()];
    }),
  );
}

/** The extension at which calls join a line. */
export function extensionOf(line: string, extensions: string): string {
  return extensionsIn(extensions).get(line) || line;
}

/**
 * Whether an extension can be of a line: no way out of the house (0..., +44..., 999, a short code of six digits), no feature code
 * (`*98`, `#`), and nothing that a dialplan reads as more than one thing (`/`, `,`, `@`, `|`, `$`).
 */
export function isLineExtension(extension: string): boolean {
  if (/^[\d\s.-]+$/.test(extension)) {
    // Extensions within a house have up to five digits; a number that leads out of it begins with 0 or has more.
    const digits = extension.replace(/\D/g, '');
    return (
      /^[1-9]\d{0,4}$/.test(digits) && digits.length === extension.length && !['999', '112', '911'].includes(digits)
    );
  }
  return /^[\p{Letter}\p{Number}][\p{Letter}\p{Number} '._&-]{0,79}$/u.test(extension);
}

function extensionsProblem(setting: string): string | null {
  const wrong = [...extensionsIn(setting)].some(([name, extension]) => name === '' || !isLineExtension(extension));
  return wrong
    ? 'must be pairs like repairs=100,rents=101. An extension is a word, or a number of at most five digits that does not begin with 0; 999, 112 and feature codes are none.'
    : null;
}
