// What a system says of its writes: the steps that its wires can take, and the mutations that are made of them. Types; what
// makes them run is in intake.ts. Knows neither wires nor GraphQL.
import type { Snapshots } from './kept.ts';
import type { RuleId } from './rules.ts';

/** How the intake goes about one step of one write. */
export interface StepContext {
  /**
   * This step's own reference towards the system, at most 20 characters, the same at each attempt: what a repeat is
   * recognised by.
   */
  reference: string;
  /** When the write was accepted, ms since 1970: an emergency is raised with the time at which it was told. */
  acceptedAtMs: number;
  /** What the steps before this one have made, in their order. */
  made: readonly unknown[];
  /** What another receipt's steps have made, where the input names one. */
  madeBy(receipt: string): readonly unknown[];
  /**
   * To be awaited right before the request goes out that changes something, each time. It writes down that from here on the
   * system may have it, and throws where another process has taken this write over: then nothing must be sent. What fails
   * before it is called has certainly not been done.
   */
  sending(): Promise<void>;
}

/**
 * One change that one backend can be asked for.
 * `Made` is what it made, as JSON can say it: a reference, a booking. Null where it makes nothing that has a name.
 */
export interface Step<Input, Made> {
  /** The backend that is asked: its circuit, its limiter, its state. */
  backend: string;
  /** How long one attempt may take, in ms, where it needs more than its backend's `timeoutMs`. */
  timeoutMs?: number;
  /**
   * How a repeat is recognised after a reply was lost.
   * - KEY: by the system itself, by the step's reference (or because it can be done only once): it is simply asked again, and
   *   `apply` takes "done before" for done.
   * - READ_BACK: `find` looks whether it is there; only where it is not, it is asked for again.
   * - NEVER: by nobody. A person decides; it is never sent again by guess.
   */
  repeat: 'KEY' | 'READ_BACK' | 'NEVER';
  /** Makes the change. Throws WireError: REFUSAL with the reason where the system says no. */
  apply(input: Input, step: StepContext, signal: AbortSignal): Promise<Made>;
  /** READ_BACK and NEVER: what an earlier attempt has made; undefined: nothing is there. Throws WireError where that cannot be told. */
  find?(input: Input, step: StepContext, signal: AbortSignal): Promise<Made | undefined>;
}

// biome-ignore lint/suspicious/noExplicitAny: each step has its own input and result.
export type Steps = Record<string, Step<any, any>>;

/** One step of one mutation: which, and with what. The input must be what JSON can say. */
export interface PlannedStep {
  /** A name of the adapter's `steps`. */
  kind: string;
  input: unknown;
  /** What it does in two or three words, for operators and ledgers: `raise the work order`. */
  title: string;
}

/** What a field of an input has wrong, in a sentence that says what is allowed. */
export interface FieldProblem {
  /** As the client wrote it, e.g. `description` or `legs.1.personReference`. */
  field: string;
  message: string;
}

/** What mutations can look at to check an input before it is accepted, and to fill in what steps need. Nothing here asks a wire. */
export interface MutationSurroundings {
  now(): number;
  /** What is kept; a write is never refused because nothing is kept. */
  snapshots: Snapshots | undefined;
}

/** How urgent a write is. An emergency has a lane of its own: it waits behind nothing and is accepted on a full disk. */
export type Lane = 'EMERGENCY' | 'ORDINARY';

/** How a write stands, as a client is told. */
export type ReceiptState =
  /** Written down; the system has not got it yet. */
  | 'QUEUED'
  /** It is being sent just now. */
  | 'SENDING'
  /** The system has it. */
  | 'APPLIED'
  /** The system, or a rule, says no; `message` says why. */
  | 'REFUSED'
  /** It was sent and no answer came: being looked after, never sent twice by guess. */
  | 'AMBIGUOUS'
  /** It failed too often; an operator looks at it. */
  | 'PARKED'
  /** Taken back by whoever wrote it, before it was sent. */
  | 'CANCELLED'
  /** It had been applied, and a restored backup has forgotten it. */
  | 'LOST'
  /** Done otherwise, as a person has written down. */
  | 'SETTLED';

/** What a mutation declares. `Input` is what the client gives, checked and tidied, as JSON can say it. */
export interface Mutation<Input> {
  /**
   * Checks and tidies what the client gave: the limits of the wire too, so that a 231st character is told now and not in ten
   * weeks. Gives every problem at once.
   */
  check(given: unknown, surroundings: MutationSurroundings): Input | { problems: readonly FieldProblem[] };
  /** What it is about, for its order among others: writes about the same entity are sent in the order of their acceptance. */
  entity(input: Input): string;
  /** The receipt that this write builds on, by its id, where the input names one: it is of the same entity, and waits for it. */
  follows?(input: Input): string | null;
  /** Texts by which it is found (`termOf`): the property, person, work order, offer that it is shown beside. */
  terms(input: Input): readonly string[];
  /** ORDINARY where left out. */
  lane?(input: Input): Lane;
  /** What is done, in order. None: it is Lintel's own and is done once it is written down. */
  steps(input: Input): readonly PlannedStep[];
  /** While the system cannot take it: QUEUE, or the sentence with which it is refused. */
  whileDown: 'QUEUE' | { refuse: string };
  /** Whether what had to wait may be sent at this time (ms since 1970): nobody is rung at night because a system is back. Default: at any. */
  maySend?(nowMs: number): boolean;
  /** How long the client waits for the system, in ms, before being told QUEUED. Default: the system's patience. */
  patienceMs?: number;
  /** What a resident can be told of it, in a sentence, by state; read out on the telephone. */
  sentences(input: Input): Partial<Record<ReceiptState, string>> & { QUEUED: string; APPLIED: string };
  /** What it says, field by field, in words for people, to be shown beside recorded values until the system has it. */
  says(input: Input): Readonly<Record<string, string>>;
  /** Statutory clocks that run from acceptance: names of rules (rules.ts). */
  clocks?(input: Input): readonly RuleId[];
  /**
   * How long an emergency is still worked from though its write is finished, by its state, in ms since it was accepted: what it
   * says is not forgotten before. Default: not at all.
   */
  workedFromMs?: Partial<Record<ReceiptState, number>>;
  /** What its steps have made, as identifiers for the client. */
  made?(made: readonly unknown[]): readonly { id: string; description: string }[];
}

// biome-ignore lint/suspicious/noExplicitAny: each mutation has its own input.
export type Mutations = Record<string, Mutation<any>>;
