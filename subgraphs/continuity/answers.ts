// What a reader is given: the live answer if it comes in time, else what is kept and they take, else why there is none.
// Knows patience and consent; knows neither circuits nor wires.

import type { Asker } from './asker.ts';
import type { Call, Found } from './calls.ts';
import { type Clock, isoInstant } from './clock.ts';
import { type Consent, defaultConsent } from './consent.ts';
import { type Answer, keyOf, type Read } from './definition.ts';
import { nothingKeptEither, type SystemError, staler, systemError, WireError } from './errors.ts';
import type { KeptAnswers } from './fromkept.ts';
import { asOf, type Kept } from './snapshots.ts';

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
  /** Told of each reader who has waited as long as anybody does. */
  onLate(kind: string): void;
  /** Since when a kind's backend cannot be asked, in ms since 1970. */
  sinceOf(kind: string): number | undefined;
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

  const find = (kind: string, keys: readonly unknown[]) => outside.kept.find(kind, keys);

  function live(keys: readonly unknown[], { values, readAtMs }: Found): Given[] {
    const provenance = { system, source: 'LIVE', asOf: isoInstant(readAtMs) } as const;
    return keys.map((key) => ({ value: values.get(keyOf(key)), provenance }));
  }

  function fromKept(found: Kept | undefined, { oldestMs }: Consent, id: string): Given | null {
    if (!found) return null;
    if (clock.now() - found.readAtMs > oldestMs) return staler(system, id, asOf(found));
    return { value: found.value, provenance: { system, source: 'SNAPSHOT', asOf: asOf(found) } };
  }

  return {
    async of(kind, keys, call, { consent = defaultConsent, signal, late }) {
      const backend = outside.backendOf(kind);
      const again = late?.has(backend) ? againMs : late?.has(system) ? siblingMs : Number.POSITIVE_INFINITY;
      const { patienceMs = outside.patienceMs, nothingKept } = outside.readOf(kind);
      const patience = Math.min(consent.wait ? timeoutOf(kind) : patienceMs, again);
      const wait = Math.min(waitMs, again);
      let outcome = await within(clock, call.found, patience, signal);
      if (outcome.kind === 'FOUND') return live(keys, outcome.found);
      const mayBeKept = consent.oldestMs > 0 && !(outcome.kind === 'FAILED' && isTheirs(outcome.failure));
      const known = mayBeKept ? await find(kind, keys) : new Map<string, Kept>();
      if (outcome.kind === 'LATE' && known.size < keys.length && patience < wait) {
        outcome = await within(clock, call.found, wait - patience, signal);
        if (outcome.kind === 'FOUND') return live(keys, outcome.found);
      }
      const inVain = outcome.kind === 'LATE' && (consent.wait || known.size < keys.length);
      // A call that others had begun may end while we wait: the circuit has counted that itself.
      // One that waited for us first says of the system only what it says at its own end.
      if (inVain && !call.waited && !late?.has(backend)) outside.onLate(kind);
      if (inVain || (outcome.kind === 'FAILED' && outcome.failure.failure === 'TIMEOUT'))
        late?.add(backend).add(system);
      const failure = outcome.kind === 'FAILED' ? outcome.failure : new WireError('TIMEOUT', 'no answer in time');
      const failed = systemError(failure, { system, id: call.id, sinceMs: outside.sinceOf(kind) });
      const told = mayBeKept && nothingKept ? nothingKeptEither(failed, nothingKept) : failed;
      return keys.map((key) => fromKept(known.get(keyOf(key)), consent, call.id) ?? told);
    },
    async kept(kind, keys, consent) {
      const known = await find(kind, keys);
      const id = outside.newId();
      const { keptOnly, nothingKept } = outside.readOf(kind);
      const nothing = staler(system, id, null, keptOnly && nothingKept);
      return keys.map((key) => fromKept(known.get(keyOf(key)), consent, id) ?? nothing);
    },
  };
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
