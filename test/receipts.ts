// A receipt as the intake gives it, for what is made out of receipts.
import type { Receipt } from '../subgraphs/continuity/intake.ts';

/** An applied receipt of no steps; what a test cares for is given. */
export function receiptOf(given: Pick<Receipt, 'id' | 'system' | 'mutation'> & Partial<Receipt>): Receipt {
  return {
    ...{ client: '', lane: 'ORDINARY', channel: '', state: 'APPLIED', message: '', input: {} },
    ...{ acceptedAtMs: 1, receivedAtMs: 1, changedAtMs: 1, settledBy: null, steps: [], made: [], says: {}, clocks: [] },
    ...given,
  };
}
