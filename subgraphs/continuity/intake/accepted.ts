// A write as it is accepted, before anything of it is sent: all that has to be written down, and what puts it where it lasts.
// Knows no table; names and ids are made here, so that it can be written down twice and is yet one.
import type { Cipher } from '../cipher.ts';
import { hasBug } from '../deliberate-bugs.ts';
import type { Submission } from '../intake.ts';
import type { FieldProblem, Lane, Mutation, Target } from '../mutation.ts';

/** A write that is to be written down. As JSON can say it; it has personal data in it. */
export interface Accepted {
  /** The receipt's id: whoever writes it down, wherever and however often, it is this one (`Names.receipt`). */
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
  steps: readonly AcceptedStep[];
}

/** A step as it is accepted. */
export interface AcceptedStep {
  kind: string;
  title: string;
  backend: string;
  reference: string;
  input: unknown;
  /** What the record that it changes is known by, where it changes one and that is known. */
  target?: Target;
}

/** What became of it: it is written down now, or was before, or another one had been under its key. */
export interface Taken {
  /** The receipt that stands: `accepted.id`, or that of another content, or of an earlier version of Lintel, under its key. */
  id: string;
  /** The name of that one's content. */
  content: string;
  /** Whether it was written down just now. False: it stood before, and may have been sent, or be done. */
  fresh: boolean;
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
  /**
   * The id of a receipt. Derived from its key and content under a key of the store (HMAC), so that processes that cannot see
   * each other give the same id for the same write, and nobody else can work out or guess one. A key that is used for another
   * content has another id: each that was acknowledged can be kept.
   */
  receipt(lane: Lane, key: string, content: string): string;
  /** A step's own reference towards its system. Derived too: the same write sends the same one, whoever sends it. */
  step(receipt: string, position: number): string;
  /**
   * Whether an id was given out for an emergency under these keys, as far as the id itself tells: its last four characters
   * are a check that only the key can make. (An id that was made up passes once in a million times.)
   */
  isEmergency(id: string): boolean;
}

/** Names under a cipher's keys. */
export function createNames(cipher: Pick<Cipher, 'name'>): Names {
  const checkOf = (lane: Lane, body: string) => inDigits(cipher.name(`receipt check\n${lane}\n${body}`), checkLength);
  return {
    key: (...parts) => cipher.name(`write\n${JSON.stringify(parts)}`),
    content: (given) => cipher.name(`content\n${canonical(given)}`),
    entity: (system, entity) => cipher.name(`entity\n${system}\n${entity}`),
    term: (text) => cipher.name(`term\n${text}`),
    receipt(lane, key, content) {
      const body = inDigits(cipher.name(`receipt\n${key}\n${content}`), idLength - 1 - checkLength);
      return `R${body}${checkOf(lane, body)}`;
    },
    step: (receipt, position) => `L${inDigits(cipher.name(`step\n${receipt}\n${position}`), idLength - 1)}`,
    isEmergency(id) {
      if (id.length !== idLength || !id.startsWith('R')) return false;
      return id.slice(-checkLength) === checkOf('EMERGENCY', id.slice(1, -checkLength));
    },
  };
}

/** A checked input as it is accepted. */
export function acceptedOf<Input>(
  submission: Submission,
  mutation: Mutation<Input>,
  input: Input,
  outside: { names: Names; nowMs: number; receivedAtMs: number | null; backendOf(kind: string): string },
): Accepted {
  const { client, system, idempotencyKey, channel } = submission;
  const { names, nowMs, receivedAtMs } = outside;
  // With this bug a key is another one whenever it comes.
  const spoilt = hasBug('TWO_RECEIPTS_A_KEY') ? `\n${nowMs}` : '';
  const key = names.key(client, submission.mutation, idempotencyKey + spoilt);
  const content = names.content(submission.input);
  const lane = mutation.lane?.(input) ?? 'ORDINARY';
  const id = names.receipt(lane, key, content);
  const planned = mutation.steps(input).map((step, position) => ({ step, own: names.step(id, position) }));
  const references = planned.map(({ own }) => own);
  return {
    id,
    key,
    content,
    entity: names.entity(system, mutation.entity(input)),
    terms: [...new Set(mutation.terms(input))].map(names.term),
    follows: mutation.follows?.(input) ?? null,
    client,
    system,
    mutation: submission.mutation,
    lane,
    channel,
    acceptedAtMs: nowMs,
    // Clocks of clients differ a little: what was received before it is accepted was not received after it.
    ...(receivedAtMs !== null && { receivedAtMs: Math.min(receivedAtMs, nowMs) }),
    input,
    steps: planned.map(({ step: { target, ...step }, own }) => {
      const meant = typeof target === 'function' ? target(references) : target;
      return { ...step, backend: outside.backendOf(step.kind), reference: own, ...(meant && { target: meant }) };
    }),
  };
}

/** What is wrong with a key, if anything. */
export function keyProblem(idempotencyKey: string): FieldProblem | null {
  if (idempotencyKey.length >= 1 && idempotencyKey.length <= longestKey) return null;
  return { field: 'idempotencyKey', message: `must have 1 to ${longestKey} characters.`, lasting: true };
}

/** A UUID has 36; some clients put two together, or a hash. */
const longestKey = 200;

/** Without letters that are taken for figures, or for each other, when they are read out (Crockford's base 32). */
const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** As long as the narrowest wire takes a reference. */
const idLength = 20;
/** 20 bits: of a million ids that somebody makes up one passes for ours. 75 bits are left, for more receipts than there will be. */
const checkLength = 4;

/** A name of 128 bits as so many digits, five bits each. */
function inDigits(name: string, count: number): string {
  let left = BigInt(`0x${name}`);
  let text = '';
  for (let place = 0; place < count; place += 1) {
    text += digits.charAt(Number(left % 32n));
    left /= 32n;
  }
  return text;
}

/** JSON with its fields in alphabetical order: the same content has the same text, however a client orders it. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_name, part) => {
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)));
  }) as string;
}
