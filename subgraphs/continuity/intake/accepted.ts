// A write as it is accepted, before anything of it is sent: all that has to be written down, and what puts it where it lasts.
// Knows no table; names are made here, so that it can be written down twice and is yet one.
import { randomBytes } from 'node:crypto';
import type { Cipher } from '../cipher.ts';
import type { Submission } from '../intake.ts';
import type { FieldProblem, Lane, Mutation } from '../mutation.ts';

/** A write that is to be written down. As JSON can say it; it has personal data in it. */
export interface Accepted {
  /** The receipt's id: whoever writes it down, it is this one. */
  id: string;
  /** A name for client, mutation and idempotency key: of each there is one receipt. */
  key: string;
  /** A name for what the client gave: by it a key that is used for something else is known. */
  content: string;
  /** A name for what it is about. */
  entity: string;
  /** Names for texts by which it is found. */
  terms: readonly string[];
  /** The receipt that it waits for, if it builds on one. */
  follows: string | null;
  client: string;
  system: string;
  mutation: string;
  lane: Lane;
  channel: string;
  /** Ms since 1970. */
  acceptedAtMs: number;
  /** When it reached the landlord, where that was earlier: what the client gave as `receivedAt`. Ms since 1970. */
  receivedAtMs?: number;
  input: unknown;
  steps: readonly { kind: string; title: string; backend: string; reference: string; input: unknown }[];
}

/** What became of it: it is written down now, or another one had been under its key. */
export interface Taken {
  /** The receipt that stands under the key: `accepted.id`, or an earlier one's. */
  id: string;
  /** The name of that one's content. */
  content: string;
}

/** What puts accepted writes where they last. */
export interface Acceptance {
  /** On the disk before this resolves. Rejects where it could not be written down, or nobody can say whether it was. */
  take(accepted: Accepted): Promise<Taken>;
}

/** What stands around the store for emergencies: takes them where the store does not, and gives them to it later. */
export interface EmergencyLane extends Acceptance {
  /** What it holds and the store does not have, oldest first: receipts like any other, of which nothing is sent yet. */
  waiting(): readonly Accepted[];
  close(): Promise<void>;
}

/** Names that tell nobody what they name. */
export interface Names {
  key(client: string, mutation: string, idempotencyKey: string): string;
  content(given: unknown): string;
  entity(system: string, entity: string): string;
  term(text: string): string;
}

/** Names under a cipher's keys. */
export function createNames(cipher: Pick<Cipher, 'name'>): Names {
  return {
    key: (...parts) => cipher.name(`write\n${JSON.stringify(parts)}`),
    content: (given) => cipher.name(`content\n${canonical(given)}`),
    entity: (system, entity) => cipher.name(`entity\n${system}\n${entity}`),
    term: (text) => cipher.name(`term\n${text}`),
  };
}

/** A checked input as it is accepted. */
export function acceptedOf<Input>(
  submission: Submission,
  mutation: Mutation<Input>,
  input: Input,
  outside: {
    names: Names;
    nowMs: number;
    receivedAtMs: number | null;
    backendOf(kind: string): string;
    bytes?: (count: number) => Buffer;
  },
): Accepted {
  const { client, system, idempotencyKey, channel } = submission;
  const { names, nowMs, receivedAtMs, bytes = randomBytes } = outside;
  return {
    id: reference('R', nowMs, bytes),
    key: names.key(client, submission.mutation, idempotencyKey),
    content: names.content(submission.input),
    entity: names.entity(system, mutation.entity(input)),
    terms: [...new Set(mutation.terms(input))].map(names.term),
    follows: mutation.follows?.(input) ?? null,
    client,
    system,
    mutation: submission.mutation,
    lane: mutation.lane?.(input) ?? 'ORDINARY',
    channel,
    acceptedAtMs: nowMs,
    // Clocks of clients differ a little: what was received before it is accepted was not received after it.
    ...(receivedAtMs !== null && { receivedAtMs: Math.min(receivedAtMs, nowMs) }),
    input,
    steps: mutation.steps(input).map((step) => ({
      ...step,
      backend: outside.backendOf(step.kind),
      reference: reference('L', nowMs, bytes),
    })),
  };
}

/** What is wrong with a key, if anything. */
export function keyProblem(idempotencyKey: string): FieldProblem | null {
  if (idempotencyKey.length >= 1 && idempotencyKey.length <= longestKey) return null;
  return { field: 'idempotencyKey', message: `must have 1 to ${longestKey} characters.` };
}

/** A UUID has 36; some clients put two together, or a hash. */
const longestKey = 200;

/** Without letters that are taken for figures, or for each other, when they are read out (Crockford's base 32). */
const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/**
 * 20 characters, as long as the narrowest wire takes: a letter, nine for the time in ms (until the year 3084), so that
 * they sort by age, and ten by chance, so that nobody guesses one.
 */
function reference(letter: string, nowMs: number, bytes: (count: number) => Buffer): string {
  let time = '';
  for (let left = nowMs, place = 0; place < 9; place += 1) {
    time = digits.charAt(left % 32) + time;
    left = Math.floor(left / 32);
  }
  const chance = [...bytes(10)].map((byte) => digits.charAt(byte % 32)).join('');
  return letter + time + chance;
}

/** JSON with its fields in alphabetical order: the same content has the same text, however a client orders it. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_name, part) => {
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)));
  }) as string;
}
