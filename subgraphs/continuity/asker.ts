// One client request as reads know it: whether the client hangs up, what it takes for an answer, and, gathered as
// answers come, where they came from.
import { consentOf } from './consent.ts';
import type { Asker, Provenance } from './system.ts';

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
