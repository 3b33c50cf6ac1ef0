// What a site can set for the exchange: how it is told to ring somebody. Knows no wire.
import type { Settings } from '../continuity/definition.ts';

/** Defaults need of the dialplan's one context only that it takes telephone numbers, and lines by their names. */
export const switchboardSettings = {
  DIAL: {
    // Through the dialplan: the site's own rules say over which trunk, and which number is shown.
    what: 'the endpoint that rings somebody, {number} being their number as +44..., e.g. PJSIP/{number}@trunk',
    default: 'Local/{number}@default',
  },
  CONTEXT: { what: "the dialplan's context in which lines are extensions", default: 'default' },
  EXTENSIONS: {
    what: 'lines whose extension is not their name, e.g. repairs=100,rents=101',
    default: '',
  },
  CALLER_ID: { what: 'as whom the exchange rings', default: 'Lintel' },
} satisfies Settings;

/** The extension at which calls join a line. */
export function extensionOf(line: string, extensions: string): string {
  const pairs = extensions.split(',').map((pair) => pair.split('=').map((part) => part.trim()));
  return pairs.find(([name]) => name === line)?.[1] || line;
}
