// What a system says of its writes: the steps that its wires can take, and the mutations that are made of them. Types; what
// makes them run is in intake.ts. Knows neither wires nor GraphQL.
import type { Snapshots } from './kept.ts';
import type { LookUp } from './look-up.ts';
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
  /** When it reached the landlord, ms since 1970: as accepted, or earlier. What a system is told of time limits starts here. */
  receivedAtMs: number;
  /** What the steps before this one have made, in their order. */
  made: readonly unknown[];
  /** What another receipt's steps have made, where the input names one. */
  madeBy(receipt: string): readonly unknown[];
  /** What the record that it changes is known by, as it was when the write was accepted. Left out: nothing was known. */
  target?: Target | undefined;
  /**
   * To be awaited right before the request goes out that changes something, each time. It writes down that from here on the
   * system may have it, and throws where another process has taken this write over: then nothing must be sent. What fails
   * before it is called has certainly not been done.
   */
  sending(): Promise<void>;
}

/**
 * What a record is known again by, however else it changes: where and when it came about, our own reference where we made it.
 * As JSON can say it; each system has its own fields.
 */
// biome-ignore lint/suspicious/noExplicitAny: each system has its own fields.
export type Target = Readonly<Record<string, any>>;

/** Whether a record is the one that was meant. UNKNOWN: what is known of the two proves neither. */
export type Comparison = 'SAME' | 'OTHER' | 'UNKNOWN';

/**
 * How the record that a step changes is known again: a restored number sequence gives tomorrow's record yesterday's number.
 * The intake compares right before each sending. Where it is another's, the step is refused; where that cannot be told, it
 * waits for a person.
 */
export interface TargetReading<Input> {
  /** The backend that is asked. */
  backend: string;
  /** How long that may take, in ms, where it needs more than its backend's `timeoutMs`. */
  timeoutMs?: number;
  /** The record that has the reference now. Changes nothing. Throws WireError: REFUSAL with the reason where there is none. */
  read(input: Input, step: StepContext, signal: AbortSignal): Promise<Target>;
  /** Compares what was known at acceptance with what is there. */
  compare(meant: Target, found: Target): Comparison;
  /** Why it is refused where the record is another one, in a sentence. */
  another: string;
  /** What a person has to check where it cannot be told, and how it goes on, in a sentence or two. */
  unknown: string;
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
  /** How the record that it changes is known again. Left out: it changes none that was there before. */
  target?: TargetReading<Input>;
  /** How it is looked up after it was applied: by this a backend is known that was set back to a backup. */
  lookUp?: LookUp<Input, Made>;
  /** Why it cannot be looked up, in a sentence for operators. Each step has this or `lookUp`. */
  noLookUp?: string;
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
  /**
   * What the record that it changes is known by; a function of the references of the write's own steps, in their order, where
   * one of them makes that record. Null or left out: nothing is known, and a step that has a `target` waits for a person.
   */
  target?: Target | null | ((references: readonly string[]) => Target);
}

/** What a field of an input has wrong, in a sentence that says what is allowed. */
export interface FieldProblem {
  /** As the client wrote it, e.g. `description` or `legs.1.personReference`. */
  field: string;
  message: string;
  /** True: it lies in the input alone, so that the same was never accepted and never will be. Else it may lie in the time, or in what is kept. */
  lasting?: boolean;
}

/** What mutations can look at to check an input before it is accepted, and to fill in what steps need. Nothing here asks a wire. */
export interface MutationSurroundings {
  now(): number;
  /** What is kept; a write is never refused because nothing is kept. */
  snapshots: Snapshots | undefined;
  /** What the site has set for the system's backends, by backend and name. What is not there has its default. */
  settings?: Readonly<Record<string, Readonly<Record<string, string>> | undefined>>;
}

/** How a write stands, for the sentence that says so. Times in ms since 1970. */
export interface Standing {
  acceptedAtMs: number;
  /** When its last finished step was done; null: none is. */
  appliedAtMs: number | null;
  nowMs: number;
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
  /** It failed too often, or it cannot be proved which record it is about; an operator looks at it. */
  | 'PARKED'
  /** Taken back by whoever wrote it, before it was sent. */
  | 'CANCELLED'
  /** It had been applied, and a restored backup has forgotten it. */
  | 'LOST'
  /** Done otherwise, as a person has written down. */
  | 'SETTLED';

/** How what a write has made or was about is looked up again by its id, so that no other record is shown in its place. */
export interface StillReading<Input> {
  /** The system's read that gives the record by its id, or null. */
  read: string;
  /**
   * Whether a record is the one.
   * @param record as `read` gives it.
   * @param steps the write's own, in their order.
   */
  // biome-ignore lint/suspicious/noExplicitAny: each read has its own value.
  compare(input: Input, steps: readonly Pick<StillStep, 'reference' | 'target'>[], record: any): Comparison;
}

/** A step of a write, as far as `StillReading` looks at it. */
export interface StillStep {
  reference: string;
  target?: Target | undefined;
}

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
  /**
   * What a resident can be told of it, in a sentence, by state; read out on the telephone. A sentence about a moment must be
   * true at that moment: with `at`, of how it stands then; without, of whenever.
   */
  sentences(input: Input, at?: Standing): Partial<Record<ReceiptState, string>> & { QUEUED: string; APPLIED: string };
  /** What it says, field by field, in words for people, to be shown beside recorded values until the system has it. */
  says(input: Input): Readonly<Record<string, string>>;
  /** Clocks that run from receipt: names of rules (rules.ts). */
  clocks?(input: Input): readonly RuleId[];
  /**
   * How long an emergency is still worked from though its write is finished, by its state, in ms since it was accepted: what it
   * says is not forgotten before. Default: not at all.
   */
  workedFromMs?: Partial<Record<ReceiptState, number>>;
  /** What its steps have made, as identifiers for the client. */
  made?(made: readonly unknown[]): readonly { id: string; description: string }[];
  /** How what it has made is known again. Left out: it makes nothing that has a number of its own. */
  still?: StillReading<Input>;
}

// biome-ignore lint/suspicious/noExplicitAny: each mutation has its own input.
export type Mutations = Record<string, Mutation<any>>;
