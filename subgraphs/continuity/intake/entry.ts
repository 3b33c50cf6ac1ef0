// A receipt as the machinery has it: on its way to the disk and back, sealed, and as others are shown it. Knows the columns
// that it fills, and no query.
import type { Insertable, Selectable } from 'kysely';
import type { Cipher } from '../cipher.ts';
import type { Receipt, ReceiptStep } from '../intake.ts';
import type { Lane, Mutation, ReceiptState } from '../mutation.ts';
import type { Tables } from '../tables.ts';
import type { Accepted } from './accepted.ts';
import { queued, type Stage, stateOf } from './stage.ts';

/** A step with all that is known of it. */
export interface EntryStep {
  kind: string;
  title: string;
  backend: string;
  reference: string;
  input: unknown;
  /** How often it was sent, or would have been but for what failed before. */
  attempts: number;
  stage: Stage;
}

/** A receipt with all that is known of it. */
export interface Entry {
  id: string;
  system: string;
  mutation: string;
  lane: Lane;
  channel: string;
  entity: string;
  follows: string | null;
  client: string;
  /** Null once it is forgotten. */
  input: unknown;
  acceptedAtMs: number;
  changedAtMs: number;
  settledBy: Receipt['settledBy'];
  /** Raised whenever somebody takes it over: what an older one writes is rejected. */
  token: number;
  /** Its place in the order of acceptance; 0 while it is not in the store. */
  seq: number;
  steps: EntryStep[];
}

/** What is sealed of a receipt, beside what its steps seal. */
type Content = Pick<Entry, 'client' | 'input' | 'settledBy'>;

/** What is sealed of a step. */
type StepContent = Pick<EntryStep, 'input'> & { made?: unknown; message?: string | null; waits?: true };

/** A receipt that nothing has been sent of. */
export function entryOf(accepted: Accepted): Entry {
  const { key: _key, content: _content, terms: _terms, steps, ...rest } = accepted;
  return {
    ...rest,
    changedAtMs: accepted.acceptedAtMs,
    settledBy: null,
    token: 0,
    seq: 0,
    steps: steps.map((step) => ({ ...step, attempts: 0, stage: queued })),
  };
}

/** Seals receipts and opens them. What is sealed is bound to its place. */
export function createPapers(cipher: Cipher) {
  const placeOf = (id: string, position?: number) => `receipt/${id}${position === undefined ? '' : `/${position}`}`;
  const open = (place: string, { key_id, sealed }: { key_id: string; sealed: Uint8Array }) =>
    JSON.parse(cipher.open(Buffer.from(sealed), place, key_id));
  const blank = (place: string) => ({
    key_id: cipher.keyId,
    sealed: cipher.seal(JSON.stringify({ client: '', input: null, settledBy: null }), place),
  });
  return {
    /** The sealed columns of a receipt. */
    receipt({ id, client, input, settledBy }: Content & { id: string }) {
      const content: Content = { client, input, settledBy };
      return { key_id: cipher.keyId, sealed: cipher.seal(JSON.stringify(content), placeOf(id)) };
    },
    /** The columns of a step that change. */
    step(id: string, position: number, { input, attempts, stage }: Pick<EntryStep, 'input' | 'attempts' | 'stage'>) {
      const content: StepContent = {
        input,
        ...('made' in stage && { made: stage.made }),
        ...('message' in stage && { message: stage.message }),
        ...('waits' in stage && { waits: stage.waits }),
      };
      return {
        state: stage.state,
        attempts,
        failures: 'failures' in stage ? stage.failures : 0,
        applied_at: stage.state === 'APPLIED' ? stage.atMs : null,
        key_id: cipher.keyId,
        sealed: cipher.seal(JSON.stringify(content), placeOf(id, position)),
      };
    },
    /** The columns of a receipt, and of a step, of which nothing is known any more but how they stand. */
    blank: (id: string) => blank(placeOf(id)),
    blankStep: (id: string, position: number) => blank(placeOf(id, position)),
    entry(row: Selectable<Tables['receipt']>, steps: readonly Selectable<Tables['receipt_step']>[]): Entry {
      const { client, input, settledBy } = open(placeOf(row.id), row) as Content;
      return {
        id: row.id,
        system: row.system,
        mutation: row.mutation,
        lane: row.lane as Lane,
        channel: row.channel,
        entity: row.entity,
        follows: row.follows,
        client,
        input,
        acceptedAtMs: row.accepted_at,
        changedAtMs: row.changed_at,
        settledBy,
        token: row.token,
        seq: row.seq,
        steps: steps.map((step) => {
          const { kind, title, backend, reference, attempts } = step;
          const content = open(placeOf(row.id, step.position), step) as StepContent;
          return { kind, title, backend, reference, attempts, input: content.input, stage: stageOf(step, content) };
        }),
      };
    },
  };
}

export type Papers = ReturnType<typeof createPapers>;

function stageOf(row: Selectable<Tables['receipt_step']>, { made = null, message = null, waits }: StepContent): Stage {
  const state = row.state as ReceiptState;
  const { failures } = row;
  switch (state) {
    case 'QUEUED':
      return { state, failures, message, ...(waits && { waits }) };
    case 'SENDING':
      return { state, failures, doubtful: false };
    case 'APPLIED':
      return { state, made, atMs: row.applied_at ?? 0 };
    case 'REFUSED':
      return { state, message: message ?? '' };
    case 'AMBIGUOUS':
    case 'PARKED':
      return { state, failures, message: message ?? '' };
    case 'LOST':
      return { state, made };
    case 'CANCELLED':
    case 'SETTLED':
      return { state };
  }
}

/** A new receipt's row. */
export function rowOf(accepted: Accepted, papers: Papers): Insertable<Tables['receipt']> {
  const { id, key, content, entity, follows, system, mutation, lane, channel, acceptedAtMs } = accepted;
  return {
    id,
    key_name: key,
    content,
    entity,
    follows,
    system,
    mutation,
    lane,
    channel,
    // What has nothing to be sent is done once it is written down.
    state: stateOf(entryOf(accepted).steps.map(({ stage }) => stage)),
    accepted_at: acceptedAtMs,
    changed_at: acceptedAtMs,
    stamp: 0,
    revision: 0,
    token: 0,
    ...papers.receipt({ ...accepted, settledBy: null }),
  };
}

/** What its steps have made so far, in their order. */
export function madeOf({ steps }: Entry): unknown[] {
  return steps.flatMap(({ stage }) => (stage.state === 'APPLIED' || stage.state === 'LOST' ? [stage.made] : []));
}

/** Said of a write whose mutation says nothing itself. */
const sentences: Record<ReceiptState, string> = {
  QUEUED: 'We have written this down. It will be passed on as soon as that is possible.',
  SENDING: 'We have written this down, and are passing it on now.',
  APPLIED: 'This is done.',
  REFUSED: 'This could not be done.',
  AMBIGUOUS: 'We have passed this on, and are checking that it has arrived. You need not send it again.',
  PARKED: 'We have written this down. A colleague is looking at it.',
  CANCELLED: 'This was taken back before it was passed on.',
  LOST: 'This had been done, and has to be done again. A colleague is looking at it; you need not send it again.',
  SETTLED: 'A colleague has dealt with this.',
};

/** A receipt as others are shown it, in the words of its mutation, where that is known here. */
// biome-ignore lint/suspicious/noExplicitAny: each mutation has its own input.
export function receiptOf(entry: Entry, mutation: Mutation<any> | undefined, nowMs: number): Receipt {
  const { id, client, system, lane, channel, acceptedAtMs, changedAtMs, settledBy, input } = entry;
  const state = stateOf(entry.steps.map(({ stage }) => stage));
  // Of what is forgotten there is nothing to be said but how it stands.
  const words = input === null ? undefined : mutation;
  const stages = entry.steps.map(({ stage }) => stage);
  const appliedAtMs = stages.findLast((stage) => stage.state === 'APPLIED')?.atMs ?? null;
  const said = words?.sentences(input, { acceptedAtMs, appliedAtMs, nowMs })[state] ?? sentences[state];
  const refusal = stages.find((stage) => stage.state === 'REFUSED');
  // What it waits for is said in whole sentences, once there is something to be said.
  const next = stages.find((stage) => stage.state !== 'APPLIED');
  const waits = words && next?.state === 'QUEUED' && next.waits ? next.message : null;
  return {
    id,
    client,
    system,
    mutation: entry.mutation,
    lane,
    channel,
    state,
    message: refusal?.message ? `${said} ${refusal.message}` : (waits ?? said),
    acceptedAtMs,
    changedAtMs,
    settledBy,
    steps: entry.steps.map(stepOf),
    made: [...(words?.made?.(madeOf(entry)) ?? [])],
    says: words?.says(input) ?? {},
    clocks: words?.clocks?.(input) ?? [],
    input,
  };
}

function stepOf({ kind, title, backend, reference, attempts, stage }: EntryStep): ReceiptStep {
  return {
    kind,
    title,
    backend,
    state: stage.state,
    reference,
    attempts,
    message: ('message' in stage && stage.message) || null,
    appliedAtMs: stage.state === 'APPLIED' ? stage.atMs : null,
  };
}
