// Whether a step may be sent to its system now (admission control): limits, and whether anybody is there to take it. Types;
// each system says which of its steps are looked at so (`SystemDefinition.admission`). Knows neither wires nor stores.

/**
 * What was decided about a step, right before it would be sent.
 * - NOW: it is sent.
 * - LATER: it waits and is looked at again after `afterMs`. That is no failure, of the write or of its system. `message` is
 *   what whoever wrote it is told until then, in whole sentences.
 * - NEVER: it is refused; `message` says why.
 * - DONE: another write has done it already, at `atMs` (ms since 1970); `made` is what that one made.
 */
export type Admission =
  | { admit: 'NOW' }
  | { admit: 'LATER'; message: string; afterMs: number }
  | { admit: 'NEVER'; message: string }
  | { admit: 'DONE'; made: unknown; atMs: number };

/** The write that a step is of. */
export interface Applicant {
  /** The receipt's id. */
  receipt: string;
  /** The step's own reference, the same at each attempt. */
  reference: string;
  /** When the write was accepted, ms since 1970. */
  acceptedAtMs: number;
  /** It had to wait; else whoever wrote it waits for the answer. */
  background: boolean;
}
