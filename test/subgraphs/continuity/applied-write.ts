// A step that was applied, as suites about looking such steps up again need one.
import type { AppliedWrite } from '../../../subgraphs/continuity/applied-check.ts';

/** One of a note, by its receipt, which is its reference and what it said too. */
export function appliedWrite(
  receipt: string,
  { step, ...more }: Partial<Omit<AppliedWrite, 'step'>> & { step?: Partial<AppliedWrite['step']> } = {},
): AppliedWrite {
  return {
    ...{ receipt, position: 0, mutation: 'note', lane: 'ORDINARY', kind: 'note', later: [], suspectSinceMs: null },
    ...more,
    step: {
      ...{ input: receipt, made: null, reference: receipt, acceptedAtMs: 1, appliedAtMs: 2 },
      ...{ superseded: false, seen: false, ...step },
    },
  };
}
