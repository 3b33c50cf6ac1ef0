// What a reader is given: the live answer if it comes in time, else what is kept and they take, else why there is none.
// Knows patience and consent; knows neither circuits nor wires.

import type { Asker } from './asker.ts';
import type { Call, Found } from './calls.ts';
import { type Clock, isoInstant } from './clock.ts';
import { type Consent, defaultConsent } from './consent.ts';
import { type Answer, keyOf, type Read } from './definition.ts';
import { type FailedCall, nothingKeptEither, type SystemError, staler, systemError, WireError } from './errors.ts';
import type { KeptAnswers } from './fromkept.ts';
import type { Kept } from './kept.ts';
import { versionOf } from './returning.ts';
import { type Standing, unproven } from './standing.ts';

/** One key's answer, or why there is none. */
export type Given = Answer<unknown> | SystemError;

/** What answering needs to know of its system. */
export interface AnswerSurroundings {
  system: string;
  clock: Clock;
  /** How long to wait, in ms, before what is kept is given. */
  patienceMs: number;
  /** How long to wait, in ms, where nothing is kept. */
  waitMs: number;
  /** How long a call of a kind may take, in ms. */
  timeoutOf(kind: string): number;
  kept: KeptAnswers;
  newId(): string;
  /** The backend that a kind is asked of, by a name that is no system's. */
  backendOf(kind: string): string;
  /** What is asked for a kind. */
  readOf(kind: string): Read<unknown, unknown>;
  /** What stands over the kind's backend. */
  standingOf(kind: string): Standing;
  /** Told of each reader who has waited as long as anybody does. */
  onLate(kind: string): void;
  /** What is known of a kind's backend while it cannot be asked. */
  knownOf(kind: string): Pick<FailedCall, 'sinceMs' | 'expectedBackMs'>;
}

/** Ways to an answer, for keys of one kind each. */
export interface Answers {
  /** For keys that one call asks for. Ends at once when whoever asked hangs up; the call itself runs on. */
  of(kind: string, keys: readonly unknown[], call: Call, asker: Asker): Promise<Given[]>;
  /** For who does not want the system asked: kept, or not at all. */
  kept(kind: string, keys: readonly unknown[], consent: Consent): Promise<Given[]>;
}

/** How long a request waits again for a backend that it has waited for in vain, in ms: enough for one that is just back. */
const againMs = 100;
/** And for another backend of the same system, which may be well: as long as one that is takes. */
const siblingMs = 300;

/** Answers of one system. */
export function createAnswers(outside: AnswerSurroundings): Answers {
  const { system, clock, waitMs, timeoutOf } = outside;

  /** What may be given instead of a live answer: kept before any silence that has not been cleared up. */
  async function find(kind: string, keys: readonly unknown[]): Promise<ReadonlyMap<string, Candidate>> {
    const { frozen, generation, restorePointMs } = outside.standingOf(kind);
    const [known, copies] = await Promise.all([
      outside.kept.find(kind, keys, { upTo: frozen }),
      restorePointMs === null ? new Map<string, Kept>() : outside.kept.find(kind, keys, { only: generation }),
    ]);
    const candidates = new Map<string, Candidate>();
    for (const [name, { value, readAtMs }] of known) {
      candidates.set(name, { value, source: 'SNAPSHOT', asOfMs: readAtMs });
    }
    for (const [name, { value }] of copies) {
      const copy: Candidate = { value, source: 'RESTORED_COPY', asOfMs: restorePointMs ?? 0 };
      candidates.set(name, newer(copy, candidates.get(name)));
    }
    return candidates;
  }

  function given(candidate: Candidate | undefined, { oldestMs }: Consent, id: string): Given | null {
    if (!candidate) return null;
    const { value, source, asOfMs } = candidate;
    if (clock.now() - asOfMs > oldestMs) return staler(system, id, isoInstant(asOfMs));
    return { value, provenance: { system, source, asOf: isoInstant(asOfMs) } };
  }

  /** What a system that is believed says is live. What another says is given where it is newer than what is kept. */
  async function heard(
    kind: string,
    keys: readonly unknown[],
    call: Call,
    found: Found,
    consent: Consent,
  ): Promise<Given[]> {
    const standing = outside.standingOf(kind);
    if (!unproven(standing)) {
      const provenance = { system, source: 'LIVE', asOf: isoInstant(found.readAtMs) } as const;
      return keys.map((key) => ({ value: found.values.get(keyOf(key)), provenance }));
    }
    const known = await find(kind, keys);
    return keys.map((key) => {
      const value = found.values.get(keyOf(key));
      const asOfMs = provenMs(standing, outside.readOf(kind), value);
      const kept = known.get(keyOf(key));
      const candidate = asOfMs === null ? kept : newer({ value, source: 'RESTORED_COPY', asOfMs }, kept);
      return given(candidate, consent, call.id) ?? systemError(doubtful(system), { system, id: call.id });
    });
  }

  return {
    async of(kind, keys, call, { consent = defaultConsent, signal, late }) {
      const backend = outside.backendOf(kind);
      const again = late?.has(backend) ? againMs : late?.has(system) ? siblingMs : Number.POSITIVE_INFINITY;
      const { patienceMs = outside.patienceMs, nothingKept } = outside.readOf(kind);
      const patience = Math.min(consent.wait ? timeoutOf(kind) : patienceMs, again);
      const wait = Math.min(waitMs, again);
      let outcome = await within(clock, call.found, patience, signal);
      if (outcome.kind === 'FOUND') return heard(kind, keys, call, outcome.found, consent);
      const mayBeKept = consent.oldestMs > 0 && !(outcome.kind === 'FAILED' && isTheirs(outcome.failure));
      const known = mayBeKept ? await find(kind, keys) : new Map<string, Candidate>();
      if (outcome.kind === 'LATE' && known.size < keys.length && patience < wait) {
        outcome = await within(clock, call.found, wait - patience, signal);
        if (outcome.kind === 'FOUND') return heard(kind, keys, call, outcome.found, consent);
      }
      const inVain = outcome.kind === 'LATE' && (consent.wait || known.size < keys.length);
      // A call that others had begun may end while we wait: the circuit has counted that itself.
      // One that waited for us first says of the system only what it says at its own end.
      if (inVain && !call.waited && !late?.has(backend)) outside.onLate(kind);
      if (inVain || (outcome.kind === 'FAILED' && outcome.failure.failure === 'TIMEOUT'))
        late?.add(backend).add(system);
      const failure = outcome.kind === 'FAILED' ? outcome.failure : new WireError('TIMEOUT', 'no answer in time');
      const failed = systemError(failure, { system, id: call.id, ...outside.knownOf(kind) });
      const told = mayBeKept && nothingKept ? nothingKeptEither(failed, nothingKept) : failed;
      return keys.map((key) => given(known.get(keyOf(key)), consent, call.id) ?? told);
    },
    async kept(kind, keys, consent) {
      const known = await find(kind, keys);
      const id = outside.newId();
      const { keptOnly, nothingKept } = outside.readOf(kind);
      const nothing = staler(system, id, null, keptOnly && nothingKept);
      return keys.map((key) => given(known.get(keyOf(key)), consent, id) ?? nothing);
    },
  };
}

/** An answer that may be given where no live one is had or believed. */
interface Candidate {
  value: unknown;
  source: 'SNAPSHOT' | 'RESTORED_COPY';
  /** Ms since 1970. */
  asOfMs: number;
}

function newer(one: Candidate, other: Candidate | undefined): Candidate {
  return other && other.asOfMs >= one.asOfMs ? other : one;
}

/**
 * As of when an answer is true that may be out of a backup, ms since 1970: its restore point, where an operator has said
 * it; else the record's own last change, or the latest that the check on return has seen. Null: nobody can tell.
 */
function provenMs(standing: Standing, read: Read<unknown, unknown>, value: unknown): number | null {
  return standing.restorePointMs ?? versionOf(read, value) ?? standing.alarm?.provenMs ?? null;
}

/** It answers, nothing is kept, and how old its answer is nobody can tell. */
function doubtful(system: string): WireError {
  const reason =
    `The ${system} system answers again after a long silence, and may have lost what was changed lately. ` +
    'Until that is cleared up, only what was known before is given, and of this nothing was.';
  return new WireError('UNAVAILABLE', 'in doubt, and nothing is kept', { reason });
}

/** Failures that are between the system and whoever asked: nothing kept stands in for a no. */
function isTheirs({ failure }: WireError): boolean {
  return failure === 'REFUSAL' || failure === 'ABANDONED';
}

type Waited = { kind: 'FOUND'; found: Found } | { kind: 'FAILED'; failure: WireError } | { kind: 'LATE' };

/** Waits for a call so long and no longer. */
function within(clock: Clock, found: Call['found'], ms: number, signal?: AbortSignal): Promise<Waited> {
  return new Promise((resolve) => {
    const give = (waited: Waited) => {
      cancel();
      signal?.removeEventListener('abort', hungUp);
      resolve(waited);
    };
    const hungUp = () => give({ kind: 'FAILED', failure: new WireError('ABANDONED', 'whoever asked hung up') });
    const cancel = clock.after(ms, () => give({ kind: 'LATE' }));
    if (signal?.aborted) hungUp();
    signal?.addEventListener('abort', hungUp, { once: true });
    found.then(
      (all) => give({ kind: 'FOUND', found: all }),
      (failure: WireError) => give({ kind: 'FAILED', failure }),
    );
  });
}
