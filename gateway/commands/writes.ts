// How what was written is shown: a line for each at a glance, one in full, the ledger. Knows what status.graphql tells of it;
// asks nothing.
import { inShort } from '../../subgraphs/continuity/london.ts';
import type { Showing } from './shown.ts';
import { paint, print, type Tone, wrapped } from './terminal.ts';

/** What is asked of a receipt. Nothing of what it says: that is personal, and belongs at no terminal. */
export const shownReceipt = `fragment Shown on Receipt {
  id mutation system state message acceptedAt receivedAt changedAt
  steps { title backend state reference attempts message appliedAt }
  made { id description }
  deadlines { name stepName dueAt doneAt }
}`;

/** A receipt as it is told. Times ISO 8601. */
export interface ShownReceipt {
  id: string;
  mutation: string;
  system: string;
  state: string;
  message: string;
  acceptedAt: string;
  receivedAt: string;
  changedAt: string;
  steps: {
    title: string;
    backend: string;
    state: string;
    reference: string;
    attempts: number;
    message: string | null;
    appliedAt: string | null;
  }[];
  made: { id: string; description: string | null }[];
  deadlines: { name: string; stepName: string; dueAt: string; doneAt: string | null }[];
}

/** Sums over receipts. */
export interface ShownLedger
  extends Record<'accepted' | 'applied' | 'refused' | 'cancelled' | 'settled' | 'open', number> {
  byState: { state: string; count: number }[];
}

const tones: Readonly<Record<string, Tone>> = {
  APPLIED: 'good',
  QUEUED: 'strange',
  SENDING: 'strange',
  REFUSED: 'bad',
  AMBIGUOUS: 'bad',
  PARKED: 'bad',
  LOST: 'bad',
};

const painted = (state: string, width = 0) => paint(tones[state] ?? 'quiet', state.padEnd(width));

/** States in which a person has to decide. */
const undecided = ['AMBIGUOUS', 'PARKED', 'LOST'];

/** A line for each. */
export function showReceipts(all: readonly ShownReceipt[], { nowMs }: Showing): void {
  if (!all.length) print('There is none.');
  const width = (of: (one: ShownReceipt) => string) => Math.max(...all.map((one) => of(one).length));
  const [states, systems] = [width(({ state }) => state), width(({ system }) => system)];
  const accepted = ({ acceptedAt }: ShownReceipt) => inShort(Date.parse(acceptedAt), nowMs);
  const times = width(accepted);
  for (const one of all) {
    const { id, state, system, mutation } = one;
    print(`${id}  ${painted(state, states)}  ${system.padEnd(systems)}  ${accepted(one).padEnd(times)}  ${mutation}`);
  }
}

/** One in full. */
export function showReceipt(one: ShownReceipt, { nowMs }: Showing): void {
  const short = (iso: string) => inShort(Date.parse(iso), nowMs);
  print(`${paint('loud', one.id)}  ${painted(one.state)}`);
  const received = one.receivedAt === one.acceptedAt ? '' : `received ${short(one.receivedAt)}, `;
  print(
    `${one.mutation}, for ${one.system}; ${received}accepted ${short(one.acceptedAt)}, changed ${short(one.changedAt)}`,
  );
  print(wrapped(one.message, 0));
  for (const { title, backend, state, reference, attempts, message, appliedAt } of one.steps) {
    const when = appliedAt ? ` ${short(appliedAt)}` : '';
    print(
      `  ${painted(state)}${when}  ${title} (${backend}, ${reference}, ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'})`,
    );
    if (message) print(wrapped(message, 4));
  }
  for (const { id, description } of one.made) print(`  made ${id}${description ? ` (${description})` : ''}`);
  for (const { name, stepName, dueAt, doneAt } of one.deadlines) {
    print(`  ${doneAt ? `done ${short(doneAt)}` : `due ${short(dueAt)}`}  ${stepName} (${name})`);
  }
  if (undecided.includes(one.state)) {
    print(`Decide: npx lintel settle ${one.id} done|again|settled --why "..."`);
  } else if (one.state === 'QUEUED') {
    print(`To take it back: npx lintel cancel ${one.id} --why "..."`);
  }
}

/** The sum that must always close, and what is behind it. */
export function showLedger(found: ShownLedger, closes: boolean): void {
  const { accepted, applied, refused, cancelled, settled, open } = found;
  const count = (number: number) => number.toLocaleString('en-GB');
  print(
    `${count(accepted)} accepted = ${count(applied)} applied + ${count(refused)} refused + ${count(cancelled)} cancelled + ${count(settled)} settled + ${count(open)} open`,
  );
  print(closes ? paint('good', 'It closes.') : paint('bad', 'It does NOT close: this is a fault of Lintel.'));
  for (const { state, count: number } of found.byState) print(`  ${painted(state, 9)}  ${count(number)}`);
}
