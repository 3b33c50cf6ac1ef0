// What an order has come to, in sentences for whoever gave it: what is now so, and what can come next.
import { inWords, limitInWords } from '../../subgraphs/continuity/london.ts';
import type { Showing, ShownBackend, ShownSystem } from './shown.ts';

/** What can be ordered about a system, as the command line calls it. */
export const orders = ['isolate', 'read-only', 'reconcile', 'release', 'expect', 'try-again'] as const;
export type OrderName = (typeof orders)[number];

/** An order that was carried out. */
export interface Done {
  order: OrderName;
  /** As it was named: `repairs`, `repairs.scheduler`. */
  target: string;
  backend: string | null;
  /** What it was before, and what it is now. */
  before: ShownSystem;
  after: ShownSystem;
}

/** What is now so. */
export function outcome({ order, target, backend, before, after }: Done, { running, nowMs }: Showing): string {
  const command = `npx lintel system ${target}`;
  const [was, is] = [chosen(before, backend), chosen(after, backend)];
  const expectedMs = Math.max(...is.map(({ expectedBack }) => (expectedBack ? Date.parse(expectedBack) : 0)));
  const back = expectedMs ? ` It is expected back by ${limitInWords(expectedMs, nowMs)}.` : '';
  switch (order) {
    case 'isolate':
      return `${target} is ISOLATED: nothing is sent to it, not even to look. What is kept is given.${back}\nTo end this: ${command} release --why "..."`;
    case 'read-only': {
      const copy = is.map(({ restorePoint }) => restorePoint).find((each) => each !== null);
      const taken = copy ? ` taken at ${inWords(Date.parse(copy), nowMs)}` : '';
      return `${target} is READ_ONLY: it is asked, and what it says is labelled as out of the copy${taken}. Where what is kept is newer, that is given.${back}\nThen: ${command} reconcile --why "...", or release --why "..."`;
    }
    case 'reconcile':
      return `${target} is RECONCILING: the writes that wait for it are sent, a few at a time. What the copy lacks besides, Lintel does not bring back: people have to enter it.${back}\nTo end this: ${command} release --why "..."`;
    case 'release': {
      const checked = was.some(({ state }) => state === 'ISOLATED' || state === 'READ_ONLY');
      const doubt = `\nBefore it is believed, it is compared with what was kept. What comes of that: ${command}`;
      const now = running && !checked ? ` It is ${[...new Set(is.map(({ state }) => state))].join(' and ')}.` : '';
      return `${target} is released: it follows its circuit again.${now}${checked ? doubt : ''}`;
    }
    case 'expect':
      return expectedMs
        ? `${target} is expected back by ${limitInWords(expectedMs, nowMs)}. Residents are told so while it is not well.`
        : `It is not known when ${target} is back.`;
    case 'try-again':
      return `Lintel looks now whether ${target} is back. What it finds: ${command}`;
  }
}

function chosen({ backends }: ShownSystem, backend: string | null): ShownBackend[] {
  return backends.filter(({ name }) => backend === null || name === backend);
}
