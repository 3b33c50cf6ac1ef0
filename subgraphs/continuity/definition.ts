// What a system says of itself: its backends, its wire, and kinds of record that can be read by key. Types, and the text
// of a key; what makes them run is in system.ts. Knows neither wires nor GraphQL.
import type { Admission, Applicant } from './admission.ts';
import type { CircuitNumbers } from './circuit.ts';
import type { Clock } from './clock.ts';
import type { Shape } from './form.ts';
import type { LimiterNumbers } from './limiter.ts';
import type { Mutations, Steps } from './mutation.ts';
import type { KnowsInNeed } from './neighbours.ts';
import type { Own, OwnKinds } from './own.ts';
import type { Words } from './sentence.ts';
import type { Kept } from './snapshots.ts';
import type { WalkPlan } from './warmplan.ts';
import type { Wire } from './wire.ts';

/** Where an answer came from and how old it is. `asOf` is ISO 8601. */
export interface Provenance {
  system: string;
  source: 'LIVE' | 'SNAPSHOT' | 'RESTORED_COPY' | 'INTAKE';
  asOf: string;
}

/** One value that a system was asked for, with its provenance. */
export interface Answer<Value> {
  value: Value;
  provenance: Provenance;
}

/**
 * One kind of record, and how the wire is asked for many of them at once.
 * `Value` includes what `absent` is: null for a record, an empty list for a list.
 */
export interface Read<Key, Value> {
  /** The backend that is asked: its circuit decides. */
  backend: string;
  /** Keys a call, at most: the wire's own limit. */
  limit: number;
  /** What it means that a key asked for is not in the reply. */
  absent: Value;
  /** How long one call may take, in ms, where it needs more than its backend's `timeoutMs`. */
  timeoutMs?: number;
  /** How long a reader waits, in ms, before what is kept is given instead, where that is not the system's own patience. */
  patienceMs?: number;
  /**
   * False: its answers are not kept, and nothing kept stands in for one. For what is worthless or harmful once it is
   * old, such as the times that can still be booked. Default: kept.
   */
  kept?: false;
  /**
   * True: no wire has such a question, and `fromKept` alone answers it, whether the system is up or down. `ask` is not
   * called.
   */
  keptOnly?: true;
  /**
   * Texts under which a kept answer is to be found besides its key, made by `termOf` (terms.ts). Each person and telephone
   * number that the answer or its key is about must be among them: `forget` finds by them what is kept of somebody.
   * @param value as `ask` gave it, or `absent`.
   * @param key the text of the key (`keyOf`), as it was asked with.
   */
  terms?(value: Value, key: string): readonly string[];
  /**
   * What can be told of keys out of other kept records of the same system; looked at where nothing is kept under the key
   * itself, or something older. Gives answers by `keyOf(key)`, none where nothing can be told: an empty list says that
   * there is nothing. The age of an answer is that of its oldest part. Asks no wire.
   */
  fromKept?(keys: readonly Key[], kept: KeptReader): Promise<ReadonlyMap<string, Kept>>;
  /** A sentence added to the error when it could not be asked and nothing kept tells either: what that does not mean. */
  nothingKept?: string;
  /**
   * What a key refers to by a reference that clients give, and what such a reference looks like. One that cannot be any is
   * BAD_USER_INPUT for whoever asks, and no system is asked: "not there" would be another answer. Left out: keys hold none.
   */
  reference?: { shape: Shape; of(key: Key): unknown };
  /** Asks the wire. Gives what is there, by `keyOf(key)`. Throws WireError. */
  ask(keys: readonly Key[], signal: AbortSignal): Promise<ReadonlyMap<string, Value>>;
  /**
   * The records that an answer holds which should still be there after a silence: by them a system is known that has come
   * back out of a backup. Not called for what is absent. Each kind that is kept has this or `nothingToCompare`.
   * @param key the text of the key.
   */
  records?(value: NonNullable<Value>, key: string): readonly Recorded[];
  /** Why nothing can be concluded of a backup from what is kept of this kind, in a sentence for operators. */
  nothingToCompare?: string;
}

/** A record that an answer holds, as far as it can be known again. */
export interface Recorded {
  reference: string;
  /** What makes it the same record however else it changes: another one under a reference is a reference given out twice. */
  identity: string;
  /** When it was last changed by its own account, ISO 8601, where the system tells. */
  updatedAt?: string | null | undefined;
  /** Where it may leave this answer without being lost, as a work order that is done leaves a list of open ones. */
  elsewhere?: Elsewhere;
}

/** Which read of the same system tells of a record that is not in an answer any more. It may be of another backend. */
export interface Elsewhere {
  kind: string;
  key: unknown;
  /**
   * Whether what that read answers says why the record is not there. Left out: the record must be in that answer.
   * @param sinceMs when the record was last seen, ms since 1970.
   * @param wholeUntilMs up to when the backend that lacks it was surely what it had been: see `AppliedStep`.
   */
  explains?(value: unknown, sinceMs: number, wholeUntilMs: number): boolean;
}

/** What is kept of one system, for its own reads to answer others from. Gives what is looked at just now: see standings. */
export interface KeptReader {
  /** What is kept under keys of one kind; `absent` where it was asked for and not there. */
  find(kind: string, keys: readonly string[]): Promise<ReadonlyMap<string, Kept>>;
  /**
   * What is kept of one kind under a term, in no order: at most one answer for each key, the one that stands now.
   * @param most at most so many. Default: more than have any one surname.
   */
  findByTerm(kind: string, term: string, most?: number): Promise<readonly (Kept & { key: string })[]>;
  /**
   * When all that there is of a kind was last read through, ms since 1970: what is not kept was not there then. Null:
   * never, and what is not kept may well be there.
   */
  wholeSince(kind: string): Promise<number | null>;
}

// biome-ignore lint/suspicious/noExplicitAny: each kind has its own key and value; `Verbs` gives them back.
export type Reads = Record<string, Read<any, any>>;

/** Asks a backend one question, of which only matters that it is answered. Throws WireError. */
export type Probe = (signal: AbortSignal) => Promise<void>;

/** A system's wire: its reads, and for each backend the cheapest question there is, to see whether it is back. */
export interface Adapter<R extends Reads = Reads> {
  reads: R;
  probes: Record<string, Probe>;
  /**
   * For a backend whose probe needs no login, or whose settings can be compared with what it says: the cheapest questions that do.
   * Asked by whoever sets Lintel up; gives what they should know besides, in sentences.
   */
  checks?: Record<string, Probe | ((signal: AbortSignal) => Promise<readonly string[]>)>;
  /** The changes that its backends can be asked for, by name. */
  steps?: Steps;
  /**
   * Where an answer can show by itself that its backend came back out of a backup: tells a listener of each that did, before
   * that answer is used. It is then compared with what is known of it, as after a silence.
   */
  onSetBack?(listener: (backend: string) => void): void;
  /** By backend, what all that is ever sent to it goes through: an operator can cut it. */
  wires?: Record<string, Pick<Wire, 'cut' | 'mend'>>;
  /** Ends its connections. */
  close(): Promise<void>;
}

/** Where a backend is and how to get in; from configuration. */
export interface Connection {
  /** Base URL, without a slash at its end. */
  url: string;
  user: string;
  password: string;
  apiKey: string;
  /** What else the site has set for it, by name; see `settings` of its definition. */
  settings?: Readonly<Record<string, string>>;
}

/** What a site can set for a backend besides where it is and how to get in: by name, in capitals. */
export type Settings<Name extends string = string> = Readonly<
  Record<
    Name,
    {
      /** What it is, and what is allowed. */
      what: string;
      default: string;
      /** What is wrong with a value, said after the variable's name: `must be ...`. Null: it is allowed. Default: any is. */
      problem?(value: string): string | null;
    }
  >
>;

/** What the site has set, or the default. */
export function settingOf<Name extends string>(settings: Settings<Name>, name: Name, { settings: set }: Connection) {
  return set?.[name] ?? settings[name].default;
}

/** What a system declares of one backend. */
export interface BackendDefinition extends Words {
  /** Its variables in the configuration begin with this: `REPAIRS` gives `REPAIRS_URL`, `REPAIRS_API_KEY`. */
  variable: string;
  /** How one gets in. */
  credentials: 'PASSWORD' | 'API_KEY';
  /** What else can be set, each in a variable of its own: `DIAL` in `TELEPHONY_DIAL`. */
  settings?: Settings;
  /** A call's time limit, in ms. Default 2,000. */
  timeoutMs?: number;
  /** Circuit numbers that differ from `circuitNumbers`. */
  circuit?: Partial<CircuitNumbers>;
  /** Limiter numbers that differ from `limiterNumbers`. */
  limit?: Partial<LimiterNumbers>;
}

/** Resolvers by type and field; each system's own are typed by the types generated from its schema. */
// biome-ignore lint/suspicious/noExplicitAny: the shape that every executable schema takes.
export type ResolverMap = Record<string, Record<string, any>>;

/** What a step's admission is decided with. */
export interface AdmissionSurroundings {
  nowMs: number;
  /** Lintel's own records of the system. */
  own: Own;
  /** What the site has set for each backend, by its name. */
  settings: SiteSettings;
  /** The live value of a read for one key, never a kept one. Rejects with WireError. */
  ask(kind: string, key: unknown): Promise<unknown>;
}

/** What a site has set, by backend and name; defaults included. */
export type SiteSettings = Readonly<Record<string, Readonly<Record<string, string>> | undefined>>;

/** What a system is: its name, its backends, its wire, and which field of its schema asks which read. */
export interface SystemDefinition<R extends Reads = Reads> extends Words {
  /** Its business word. */
  name: string;
  backends: Record<string, BackendDefinition>;
  /** How long a reader waits, in ms, before what is kept is given instead. Default 300. */
  patienceMs?: number;
  /** How long a reader waits, in ms, where nothing is kept, before being told that there was no answer in time. Default 1,000. */
  waitMs?: number;
  adapter(connections: Record<string, Connection>, clock: Clock): Adapter<R>;
  /** What can be written: each by the name of its mutation in the schema. */
  mutations?: Mutations;
  /** By step: decides right before it is sent whether it may be, each time. Without one it always may. */
  admission?: Record<
    string,
    // biome-ignore lint/suspicious/noExplicitAny: each step has its own input.
    (input: any, applicant: Applicant, outside: AdmissionSurroundings) => Promise<Admission>
  >;
  /** Records that no wire carries and that are therefore Lintel's own, by kind. */
  ownKinds?: OwnKinds;
  /** How everything it holds is walked through, so that an outage finds it kept. Without it, what was read is kept. */
  walk?: WalkPlan<R>;
  /** Their context is the `Verbs` of this system's reads, and its `Writes`. */
  resolvers: ResolverMap;
  /** Whom it knows to be in need of help to get through an outage. */
  inNeed?: KnowsInNeed;
  /**
   * Under which more terms is kept what this system knows of a person who is known by some: by a person's reference their
   * telephone numbers, by a number its calls. For `forget`, which asks every system again until none knows more, and finds by
   * terms alone.
   */
  furtherTerms?(terms: readonly string[], kept: KeptReader): Promise<readonly string[]>;
}

/** The text of a key: a string is itself, anything else its JSON. */
export function keyOf(key: unknown): string {
  return typeof key === 'string' ? key : JSON.stringify(key);
}
