// The durable record of every write: accepted first, applied when the system can take it, never lost, never done twice.
// What it promises; what keeps the promise is put together in
// intake/index.ts.
import { GraphQLError } from 'graphql';
import type { Admission, Applicant } from './admission.ts';
import type { Answer } from './definition.ts';
import type { AppliedWrites } from './intake/applied-writes.ts';
import type { IntakeFigures } from './intake/figures.ts';
import type { FieldProblem, Lane, MutationSurroundings, Mutations, ReceiptState, Steps } from './mutation.ts';
import type { OwnName } from './own.ts';
import type { RuleId } from './rules.ts';

/** A write as a client gives it. */
export interface Submission {
  /** Who writes, as far as it is known: a key is unique for a client and a mutation. */
  client: string;
  system: string;
  mutation: string;
  /** Chosen by the client; the same write sent again has the same one. 1 to 200 characters. */
  idempotencyKey: string;
  /** As the client gave it, without the key: what a repeat is known by. */
  input: unknown;
  /** What Lintel knows besides, as fields of the input that no client can give. It may be another when the same is sent again. */
  known?: Readonly<Record<string, unknown>>;
  /** Through which channel it came, for statistics and ledgers: PHONE, WEB, STAFF ... Blank where the mutation has none. */
  channel: string;
}

/** One step of a receipt. Times in ms since 1970. */
export interface ReceiptStep {
  kind: string;
  title: string;
  backend: string;
  state: ReceiptState;
  /** Its own reference towards the system, at most 20 characters. */
  reference: string;
  attempts: number;
  /** Why it was refused, or what keeps it back, in a sentence for people. Null: nothing to say. */
  message: string | null;
  appliedAtMs: number | null;
  /** It was applied, and is not there any more when it was looked up again. */
  lost: boolean;
}

/** A write that was accepted, as it stands. Times in ms since 1970. */
export interface Receipt {
  id: string;
  client: string;
  system: string;
  mutation: string;
  lane: Lane;
  channel: string;
  /** Of its least finished step. */
  state: ReceiptState;
  /** What a resident can be told, in a sentence. */
  message: string;
  acceptedAtMs: number;
  /** When it reached the landlord: as accepted, or earlier where whoever wrote it said so. Statutory clocks run from here. */
  receivedAtMs: number;
  changedAtMs: number;
  /** When somebody took it back, or settled it by hand: who, and why. */
  settledBy: { who: string; why: string } | null;
  steps: readonly ReceiptStep[];
  /** What its steps have made, as identifiers. */
  made: readonly { id: string; description: string }[];
  /** The same, looked up again: without what is gone, or is another record's by now. What cannot be looked up stays. */
  stillMade?: () => Promise<readonly { id: string; description: string }[]>;
  /** What it says, field by field, in words for people. Empty once it is forgotten. */
  says: Readonly<Record<string, string>>;
  /** Clocks that run since it was received: names of rules (rules.ts). */
  clocks: readonly RuleId[];
  input: unknown;
}

/** How many receipts there are by state, and the sum that must always close: accepted = applied + refused + cancelled + settled + open. */
export interface Ledger {
  accepted: number;
  applied: number;
  refused: number;
  cancelled: number;
  settled: number;
  /** Queued, being sent, ambiguous, parked or lost. */
  open: number;
  byState: Readonly<Record<ReceiptState, number>>;
}

/** What can be asked of many receipts. */
export interface ReceiptFilter {
  system?: string;
  mutations?: readonly string[];
  states?: readonly ReceiptState[];
  lane?: Lane;
  /** True: only those of which an applied step is not there any more. */
  lost?: true;
  /** Receipts accepted before that one, newest first. */
  before?: string;
  /** 1 to 500. */
  first: number;
}

/** Whether a backend takes writes now, and how one gets at it. What a system gives the intake. */
export interface Counter {
  system: string;
  mutations: Mutations;
  steps: Steps;
  /** How long a client waits, in ms, where the mutation does not say. */
  patienceMs: number;
  /**
   * Whether steps may be sent to a backend: QUEUE while it is down, isolated, held or read-only; DRAIN while it is being
   * reconciled (through the replayer only); TAKE otherwise.
   */
  open(backend: string): 'TAKE' | 'DRAIN' | 'QUEUE';
  /** What the site has set for its backends, for the mutations' checks. */
  settings?: MutationSurroundings['settings'];
  /** Whether a step may be sent now, of a kind for which that is decided. Rejects with WireError where that cannot be told. */
  admit?(kind: string, input: unknown, applicant: Applicant): Promise<Admission>;
  /** Makes one call through the backend's guard. Rejects with WireError. `begun` is called when the call has its place and goes out. */
  call<T>(
    backend: string,
    work: (signal: AbortSignal) => Promise<T>,
    options: { timeoutMs: number | undefined; lane: Lane; background: boolean },
  ): Promise<T>;
  /** What a read gives for a key, live or kept, as readers are given it; an error where that cannot be told. */
  read?(kind: string, key: unknown): Promise<Answer<unknown> | Error>;
  /** Told of every change of a backend that may open it. Gives a function that ends it. */
  onOpen(listener: (backend: string) => void): () => void;
}

/** Every write of this process, and over PostgreSQL of all that share the store. */
export interface Intake {
  /** Steps and mutations of a system that runs in this process; its queue is drained from here on. Gives what ends it, and resolves when nothing is under way any more. */
  serve(counter: Counter): () => Promise<void>;
  /**
   * Accepts a write: on the disk before this resolves. Then, if its system takes writes and nothing for the same entity
   * waits, makes one attempt within patience. Gives the receipt as it then stands; for a key that was used before with
   * the same content, that one's.
   * @throws InputRefused with every problem; KeyReused; GraphQLError STORE_DOWN where it could not be written down: then nothing was accepted.
   */
  submit(submission: Submission): Promise<Receipt>;
  /**
   * Checks what of a write can be checked without asking the store, which may be away, for anything.
   * @throws InputRefused with every problem, if one of them lies in the input alone.
   */
  check(submission: Omit<Submission, 'client' | 'channel' | 'known'>): void;
  /**
   * One receipt; null: it was never given out. Of two ids that were given out for one write both give the one that stands.
   * @throws GraphQLError STORE_DOWN for an emergency that was given out and is not in a store that several processes share:
   *   it may be in the journal of another.
   */
  receipt(id: string): Promise<Receipt | null>;
  receipts(filter: ReceiptFilter): Promise<readonly Receipt[]>;
  /**
   * What is to be shown beside what is recorded: receipts found by a term that are open, refused within a day, or were
   * applied after `sinceMs` (as of when the recorded value is). Oldest first. By term.
   */
  pending(terms: readonly { term: string; sinceMs: number }[]): Promise<ReadonlyMap<string, readonly Receipt[]>>;
  /** Takes a write back that has not been sent. Throws DecisionRefused with a sentence where it is too late. */
  cancel(id: string, who: string, why: string): Promise<Receipt>;
  /** A person's word on what is AMBIGUOUS, PARKED or LOST: done (APPLIED), to be sent again (ACCEPTED), or dealt with otherwise (SETTLED). */
  settle(id: string, verdict: 'DONE' | 'SEND_AGAIN' | 'SETTLED', who: string, why: string): Promise<Receipt>;
  ledger(system?: string): Promise<Ledger>;
  /** Told of every receipt that changes, in this process at once and of others' soon. Gives a function that ends it. */
  listen(listener: (receipt: Receipt) => void): () => void;
  /** Looks at what waits, now. Resolves when nothing more can be sent just now. `perSecond`: at most so many attempts a second. */
  replay(options?: {
    system?: string;
    perSecond?: number;
    onProgress?: (done: number, waiting: number) => void;
  }): Promise<void>;
  /**
   * Forgets what finished writes say that are found by one of these terms, are about one of these own records, or build on
   * such a write; their states stay, for the ledger. What is still to be done is kept, and what it builds on. Gives ids.
   */
  forget(
    terms: readonly string[],
    about?: readonly OwnName[],
  ): Promise<{ forgotten: readonly string[]; kept: readonly string[] }>;
  /** Applied writes, for whoever looks up whether they are still there. */
  applied: AppliedWrites;
  /** Numbers for whoever watches. Throws where the store fails. */
  figures(): Promise<IntakeFigures>;
  /** Ends what is under way, and sends nothing more. */
  close(): Promise<void>;
}

/** The input has something wrong in it: the contract's BAD_USER_INPUT, with every field's problem in `extensions.fields`. */
export class InputRefused extends GraphQLError {
  readonly problems: readonly FieldProblem[];

  constructor(problems: readonly FieldProblem[]) {
    const message = problems.map(({ field, message }) => `\`${field}\` ${message}`).join(' ');
    const fields = problems.map(({ field, message }) => ({ field, message }));
    super(message, { extensions: { code: 'BAD_USER_INPUT', fields } });
    this.problems = problems;
  }
}

/** The key was used before, with another content: the contract's IDEMPOTENCY_KEY_REUSED. */
export class KeyReused extends GraphQLError {
  constructor() {
    super('This idempotency key was used before, for something else. A new write needs a key of its own.', {
      extensions: { code: 'IDEMPOTENCY_KEY_REUSED' },
    });
  }
}

/** It is too late for what a person decided on a write, or it is not theirs to decide. The message says why. */
export class DecisionRefused extends Error {}
