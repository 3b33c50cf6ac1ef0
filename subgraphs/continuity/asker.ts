// One client request as reads know it: whether the client hangs up, what it takes for an answer, and, gathered as
// answers come, where they came from.
import { type Consent, consentOf } from './consent.ts';
import type { Provenance } from './definition.ts';
import type { CallClass } from './queue.ts';

/** Whoever asks, as far as a read cares. */
export interface Asker {
  /** Ends when they hang up. */
  signal?: AbortSignal | undefined;
  /** What they take for an answer. Default: live within patience, else whatever is kept. */
  consent?: Consent | undefined;
  /**
   * Backends, and their systems, that this request has waited for in vain. It does not wait for them again as long: a
   * query of three waves would wait three times.
   */
  late?: Set<string> | undefined;
  /** Whose calls go first where there are too many. Default USER. */
  class?: CallClass | undefined;
  /** `consent` in HTTP's own words, for whoever passes the request on. */
  cacheControl?: string | undefined;
  /** Told where each answer came from, and of each that could not be given. */
  onAnswer?: ((system: string, provenance: Provenance | null) => void) | undefined;
  /** Who asks, as far as it is known: the keys of their writes are theirs. */
  client?: string | undefined;
  /** The name of the operator whose request it is, where it came in by the operator socket. */
  operator?: string | undefined;
}

/** What a response says of one system in `extensions.continuity`. */
export interface Touched {
  /** The worst source among its answers; null where some could not be given at all. */
  source: Provenance['source'] | null;
  /** The oldest among its answers, ISO 8601; null where none could be given. */
  asOf: string | null;
}

/** A request that gathers what it has touched. */
export interface GatheringAsker extends Asker {
  /** By system, in the order in which they first answered. */
  touched: Map<string, Touched>;
}

/** From the best to the worst. */
const sources: readonly Touched['source'][] = ['LIVE', 'INTAKE', 'RESTORED_COPY', 'SNAPSHOT', null];

/**
 * A request.
 * @param signal ends when the client hangs up.
 * @param cacheControl the request's own header.
 */
export function createAsker(signal: AbortSignal, cacheControl?: string): GatheringAsker {
  const touched: GatheringAsker['touched'] = new Map();
  return {
    signal,
    consent: consentOf(cacheControl),
    cacheControl,
    late: new Set(),
    touched,
    onAnswer(system, provenance) {
      const { source, asOf } = provenance ?? { source: null, asOf: null };
      const before = touched.get(system);
      if (!before) {
        touched.set(system, { source, asOf });
        return;
      }
      if (sources.indexOf(source) > sources.indexOf(before.source)) before.source = source;
      if (asOf && (!before.asOf || asOf < before.asOf)) before.asOf = asOf;
    },
  };
}
