// A receipt as the machinery has it: on its way to the disk and back, sealed, and as others are shown it. Knows the columns
// that it fills, and no query.
import type { Insertable, Selectable } from 'kysely';
import type { Cipher } from '../cipher.ts';
import type { Receipt, ReceiptStep } from '../intake.ts';
import type { Lane, Mutation, ReceiptState, Target } from '../mutation.ts';
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
  /** What the record that it changes is known by. Left out: it changes none, or nothing is known. */
  target?: Target | undefined;
  /** Whether a person has said that it is to be sent though it could not be proved which record it is about. */
  vouched?: boolean | undefined;
  /** How often it was sent, or would have been but for what failed before. */
  attempts: number;
  stage: Stage;
  /** Applied, and not there any more when it was looked up again. */
  lost: boolean;
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
  receivedAtMs: number;
  changedAtMs: number;
  settledBy: Receipt['settledBy'];
  /** Raised whenever somebody takes it over: what an older one writes is rejected. */
  token: number;
  /** Its place in the order of acceptance; 0 while it is not in the store. */
  seq: number;
  steps: EntryStep[];
}

/** What is sealed of a receipt, beside what its steps seal. */
type Content = Pick<Entry, 'client' | 'input' | 'settledBy'> & { receivedAtMs?: number };

/** What is sealed of a step. */
type StepContent = Pick<EntryStep, 'input' | 'target' | 'vouched'> & {
  made?: unknown;
  message?: string | null;
  waits?: true;
  /** Of what is PARKED because it cannot be proved which record it is about: the record that was there. */
  seen?: Target;
};

/** What of a step can change. */
type Changing = Pick<EntryStep, 'input' | 'attempts' | 'stage' | 'target' | 'vouched'>;

/** A receipt that nothing has been sent of. */
export function entryOf(accepted: Accepted): Entry {
  const { key: _key, content: _content, terms: _terms, steps, ...rest } = accepted;
  return {
    ...rest,
    receivedAtMs: accepted.receivedAtMs ?? accepted.acceptedAtMs,
    changedAtMs: accepted.acceptedAtMs,
    settledBy: null,
    token: 0,
    seq: 0,
    steps: steps.map((step) => ({ ...step, attempts: 0, stage: queued, lost: false })),
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
    receipt({ id, client, input, settledBy, receivedAtMs }: Content & { id: string }) {
      const content: Content = { client, input, settledBy, ...(receivedAtMs !== undefined && { receivedAtMs }) };
      return { key_id: cipher.keyId, sealed: cipher.seal(JSON.stringify(content), placeOf(id)) };
    },
    /** The columns of a step that change. */
    step(id: string, position: number, { input, attempts, stage, target, vouched }: Changing) {
      const content: StepContent = {
        input,
        ...(target && { target }),
        ...(vouched && { vouched }),
        ...('made' in stage && { made: stage.made }),
        ...('message' in stage && { message: stage.message }),
        ...('seen' in stage && stage.seen && { seen: stage.seen }),
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
      const { client, input, settledBy, receivedAtMs = row.accepted_at } = open(placeOf(row.id), row) as Content;
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
        receivedAtMs,
        changedAtMs: row.changed_at,
        settledBy,
        token: row.token,
        seq: row.seq,
        steps: steps.map((step) => {
          const { kind, title, backend, reference, attempts } = step;
          const content = open(placeOf(row.id, step.position), step) as StepContent;
          const { input, target, vouched } = content;
          const lost = step.state === 'APPLIED' && step.trace !== null && lostTraces.has(step.trace);
          const known = { ...(target && { target }), ...(vouched && { vouched }), lost };
          return { kind, title, backend, reference, attempts, input, ...known, stage: stageOf(step, content) };
        }),
      };
    },
  };
}

export type Papers = ReturnType<typeof createPapers>;

/** What a look-up can have found that says that a step is lost; ACCEPTED: an operator knows of it. */
const lostTraces: ReadonlySet<string> = new Set(['MISSING', 'OLDER', 'REISSUED', 'ACCEPTED']);

function stageOf(row: Selectable<Tables['receipt_step']>, content: StepContent): Stage {
  const { made = null, message = null, seen, waits } = content;
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
      return { state, failures, message: message ?? '' };
    case 'PARKED':
      return { state, failures, message: message ?? '', ...(seen && { seen }) };
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
export function madeOf({ steps }: Pick<Entry, 'steps'>): unknown[] {
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

/** Said of a write that was done, and is not there any more. */
const lostSentence =
  'This had been done, and may have been lost since: the system in which it was entered came back without it. ' +
  'A colleague is looking at it; you need not send it again.';

/** A receipt as others are shown it, in the words of its mutation, where that is known here. */
// biome-ignore lint/suspicious/noExplicitAny: each mutation has its own input.
export function receiptOf(entry: Entry, mutation: Mutation<any> | undefined, nowMs: number): Receipt {
  const { id, client, system, lane, channel, acceptedAtMs, receivedAtMs, changedAtMs, settledBy, input } = entry;
  const state = stateOf(entry.steps.map(({ stage }) => stage));
  // Of what is forgotten there is nothing to be said but how it stands.
  const words = input === null ? undefined : mutation;
  const stages = entry.steps.map(({ stage }) => stage);
  const lost = entry.steps.some((step) => step.lost);
  const appliedAtMs = stages.findLast((stage) => stage.state === 'APPLIED')?.atMs ?? null;
  const told = words?.sentences(input, { acceptedAtMs, appliedAtMs, nowMs })[state] ?? sentences[state];
  const said = lost ? lostSentence : told;
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
    receivedAtMs,
    changedAtMs,
    settledBy,
    steps: entry.steps.map(stepOf),
    // What is lost has no name any more: its number may be another's by now.
    made: lost ? [] : [...(words?.made?.(madeOf(entry)) ?? [])],
    says: words?.says(input) ?? {},
    clocks: words?.clocks?.(input) ?? [],
    input,
  };
}

function stepOf({ kind, title, backend, reference, attempts, stage, lost }: EntryStep): ReceiptStep {
  return {
    kind,
    title,
    backend,
    state: stage.state,
    reference,
    attempts,
    message: ('message' in stage && stage.message) || null,
    appliedAtMs: stage.state === 'APPLIED' ? stage.atMs : null,
    lost,
  };
}
