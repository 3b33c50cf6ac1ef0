// Holds Lintel's ledger against what those who wrote have noted, and against what the systems have really done. All of it
// from outside: by the endpoint, by the mocks' control port, by the notes. Gives what does not hold, in words.
import type { Effect } from '../../../mocks/effects.ts';
import { ask } from '../../estate.ts';
import type { Note, Notebook, Told } from './notebook.ts';

/** How many writes there are, as Lintel says. */
export interface Ledger {
  accepted: number;
  applied: number;
  refused: number;
  cancelled: number;
  settled: number;
  open: number;
  byState: { state: string; count: number }[];
}

/** What was found. */
export interface Findings {
  ledger: Ledger;
  /** What does not hold. */
  wrong: string[];
}

export const receiptFields = 'id state message steps { title backend state reference attempts message }' as const;
const ledgerQuery = '{ ledger { accepted applied refused cancelled settled open byState { state count } } }';
/** Receipts in one question. */
const together = 50;

/** What Lintel says of how many writes there are. */
export async function ledgerOf(url: string): Promise<Ledger> {
  const { data, errors } = await ask(url, ledgerQuery);
  if (!data?.ledger) throw new Error(`Lintel does not tell its ledger: ${errors[0]?.message}`);
  return data.ledger;
}

/** Looks at everything. `others`: of other stores over the same systems. */
export async function audit(
  url: string,
  notebook: Notebook,
  effects: readonly Effect[],
  others: readonly Notebook[] = [],
): Promise<Findings> {
  const ledger = await ledgerOf(url);
  const { notes } = notebook;
  const wrong: string[] = [];
  const receipts = await receiptsOf(url, notes, wrong);
  wrong.push(...sums(ledger, notes, receipts));
  const done = effectsByNote(effects, [notebook, ...others], wrong);
  for (const note of notes) wrong.push(...effectsOf(note, receipts.get(note), done.get(note) ?? []));
  wrong.push(...order(notes, done));
  return { ledger, wrong };
}

/** Each note's receipt as it stands: there, and the same one whenever it was acknowledged. */
async function receiptsOf(url: string, notes: readonly Note[], wrong: string[]): Promise<Map<Note, Told>> {
  const found = new Map<string, Told>();
  const all = [...new Set(notes.flatMap(({ told }) => told.map(({ id }) => id)))];
  for (let from = 0; from < all.length; from += together) {
    const some = all.slice(from, from + together);
    const asked = some.map((id, index) => `r${index}: receipt(id: "${id}") { ${receiptFields} }`);
    const { data, errors } = await ask(url, `{ ${asked.join(' ')} }`);
    for (const { message } of errors) wrong.push(`A receipt cannot be had: ${message}`);
    for (const [index, id] of some.entries()) if (data?.[`r${index}`]) found.set(id, data[`r${index}`]);
  }
  const standing = new Map<Note, Told>();
  for (const note of notes) {
    if (note.refused !== null) wrong.push(`${note.key}, a ${note.sort}, was not accepted: ${note.refused}`);
    else if (note.told.length === 0) wrong.push(`${note.key} was never answered.`);
    const ids = [...new Set(note.told.map(({ id }) => id))];
    const receipts = ids.flatMap((id) => found.get(id) ?? []);
    if (receipts.length < ids.length)
      wrong.push(`${note.key}, a ${note.sort}, was acknowledged, and its receipt is not there.`);
    if (ids.length > 1) wrong.push(`${note.key} was acknowledged with ${ids.length} receipts.`);
    const [receipt] = receipts;
    if (receipt) standing.set(note, receipt);
  }
  const seen = Map.groupBy(standing, ([, receipt]) => receipt.id);
  for (const [id, holders] of seen) {
    if (holders.length > 1) wrong.push(`${holders.map(([{ key }]) => key).join(' and ')} have one receipt, ${id}.`);
  }
  return standing;
}

/** The ledger closes, and counts what the notes count. */
function sums(ledger: Ledger, notes: readonly Note[], standing: ReadonlyMap<Note, Told>): string[] {
  const { accepted, byState, ...parts } = ledger;
  const wrong: string[] = [];
  const sum = Object.values(parts).reduce((one, other) => one + other, 0);
  if (accepted !== sum) wrong.push(`The ledger does not close: ${accepted} accepted, ${sum} accounted for.`);
  const known = notes.filter(({ told }) => told.length > 0).length;
  for (const [note, { state }] of standing) {
    if (state === 'SETTLED' && !note.settled) wrong.push(`${note.key} is SETTLED, and nobody has settled it.`);
  }
  const counted = Map.groupBy(standing.values(), ({ state }) => state);
  for (const state of new Set([...counted.keys(), ...byState.map((each) => each.state)])) {
    const inLedger = byState.find((each) => each.state === state)?.count ?? 0;
    const own = counted.get(state)?.length ?? 0;
    if (inLedger !== own) wrong.push(`The ledger has ${inLedger} ${state}, their receipts are ${own}.`);
  }
  if (accepted !== known) {
    wrong.push(`The ledger has ${accepted} accepted, and those who wrote have noted ${known}.`);
  }
  return wrong;
}

/** Which note each effect is of. One of none is something that nobody asked for. */
export function effectsByNote(
  effects: readonly Effect[],
  notebooks: readonly Notebook[],
  wrong: string[],
): Map<Note, Effect[]> {
  const done = new Map<Note, Effect[]>();
  const notes = notebooks.flatMap((each) => [...each.notes]);
  const byKey = new Map(notes.map((note) => [note.key, note]));
  const byReference = new Map(
    notes.flatMap((note) => note.told.flatMap(({ steps }) => steps.map((step) => [step.reference, note]))),
  );
  /** Whose work order it is, and what follows it. */
  const byOrder = new Map<string, Note>();
  for (const effect of effects) {
    const note = noteOf(effect);
    if (!note) wrong.push(`Nobody asked for this: ${effect.operation} ${effect.about} ${effect.says}`);
    else {
      if (effect.operation === 'raise' && effect.made) byOrder.set(effect.made, note);
      done.set(note, [...(done.get(note) ?? []), effect]);
    }
  }
  return done;

  function noteOf({ operation, about, reference, says }: Effect): Note | undefined {
    const mark = /\b[a-z]+\d{4,}\b/.exec(says)?.[0];
    const marked = byKey.get(mark ?? '') ?? byReference.get(reference ?? '');
    if (marked) return marked;
    if (operation === 'originate') return notes.find((note) => isRung(note, about));
    const report = byOrder.get(about);
    if (!report || report.operations.includes(operation)) return report;
    return notes.find(({ follows, operations }) => follows === report && operations.includes(operation));
  }
}

function isRung({ input: { telephone } }: Note, endpoint: string): boolean {
  return telephone !== undefined && endpoint.includes(String(telephone).replace(/^0/, ''));
}

/** What was done for a write fits how it stands, and nothing was done twice. */
function effectsOf(note: Note, receipt: Told | undefined, effects: readonly Effect[]): string[] {
  const wrong: string[] = [];
  const count = (operation: string) => effects.filter((effect) => effect.operation === operation).length;
  for (const operation of note.operations) {
    if (count(operation) > 1) wrong.push(`${note.key}: ${operation} was done ${count(operation)} times.`);
    const done = receipt?.state === 'APPLIED' || receipt?.state === 'SETTLED';
    if (done && count(operation) < 1 && !note.settled) {
      wrong.push(`${note.key} is ${receipt.state}, and ${operation} was never done.`);
    }
  }
  const some = note.operations.filter((operation) => count(operation) > 0).length;
  const nothing = receipt ? ['QUEUED', 'REFUSED', 'CANCELLED'].includes(receipt.state) : true;
  const steps = receipt?.steps.filter(({ state }) => state === 'APPLIED').length ?? 0;
  if (nothing && some > steps) wrong.push(`${note.key} is ${receipt?.state ?? note.refused}, and was done.`);
  return wrong;
}

/**
 * Of writes about the same, one that was acknowledged before the next was sent was done before it too. An emergency waits
 * for, and holds up, nobody; what follows a report comes after it.
 */
function order(notes: readonly Note[], done: ReadonlyMap<Note, readonly Effect[]>): string[] {
  const wrong: string[] = [];
  for (const lane of Map.groupBy(notes, ({ entity }) => entity).values()) {
    for (const [index, earlier] of lane.entries()) {
      const last = Math.max(...(done.get(earlier) ?? []).map(({ number }) => number));
      for (const later of lane.slice(index + 1)) {
        if (later.follows !== earlier && (earlier.emergency || later.emergency)) continue;
        const first = Math.min(...(done.get(later) ?? []).map(({ number }) => number));
        const inOrder = earlier.toldAt !== null && earlier.toldAt < later.sentAt;
        if (inOrder && last > first) wrong.push(`${later.key} was done before ${earlier.key}, which came first.`);
      }
    }
  }
  return wrong;
}

/** A finding in words, with the ledger and the number that gives it again. */
export function told({ ledger, wrong }: Findings, seed: number): string {
  return [`WRITES_SEED=${seed}`, JSON.stringify(ledger), ...wrong].join('\n');
}
