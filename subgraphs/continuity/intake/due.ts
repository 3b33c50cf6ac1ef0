// When each receipt that waits may be tried next, by a clock that nobody sets: back-off after what failed, quarantine after what
// may have been done. In memory alone: a process that takes over begins anew. Pure but for clock and chance.
import type { Clock } from '../clock.ts';
import type { Ending } from './asking.ts';
import type { Head } from './heads.ts';
import type { IntakeNumbers } from './numbers.ts';

/** What is remembered of what waits. */
export interface Due {
  /** When it may be tried, by `clock.elapsed`. */
  ofMs(head: Pick<Head, 'id' | 'state' | 'backend' | 'reference' | 'attempts'>): number;
  /** An attempt has ended so; NOT_YET, to be looked at again after `afterMs`. */
  ended(id: string, backend: string, ending: Ending, afterMs?: number): void;
  /** A backend may be back: what waited for it need wait no longer. */
  opened(backend: string): void;
  /** Only these wait: the others are forgotten. */
  only(heads: ReadonlySet<string>): void;
}

interface BackOff {
  count: number;
  untilMs: number;
}

export function createDue(clock: Clock, random: () => number, numbers: IntakeNumbers): Due {
  const ofReceipt = new Map<string, BackOff>();
  const ofBackend = new Map<string, BackOff>();
  /** Since when a doubt about an attempt is known here; by receipt. */
  const doubts = new Map<string, { of: string; sinceMs: number }>();

  function backOff(of: Map<string, BackOff>, key: string): void {
    const count = (of.get(key)?.count ?? 0) + 1;
    const wholeMs = Math.min(numbers.firstBackOffMs * 2 ** (count - 1), numbers.longestBackOffMs);
    of.set(key, { count, untilMs: clock.elapsed() + wholeMs * (0.5 + random() / 2) });
  }

  return {
    ofMs({ id, state, backend, reference, attempts }) {
      const after = Math.max(ofReceipt.get(id)?.untilMs ?? 0, ofBackend.get(backend)?.untilMs ?? 0);
      if (state !== 'AMBIGUOUS') return after;
      const of = `${reference}/${attempts}`;
      if (doubts.get(id)?.of !== of) doubts.set(id, { of, sinceMs: clock.elapsed() });
      return Math.max(after, (doubts.get(id)?.sinceMs ?? 0) + numbers.quarantineMs);
    },
    ended(id, backend, ending, afterMs = numbers.firstBackOffMs) {
      if (ending === 'AWAY') backOff(ofBackend, backend);
      else if (ending === 'FAILED' || ending === 'WAITING') backOff(ofReceipt, id);
      else if (ending === 'NOT_YET') {
        // All who wait are looked at in the same moment, and so in the order of their acceptance: who came first goes first.
        const untilMs = (Math.floor(clock.elapsed() / afterMs) + 1) * afterMs;
        ofReceipt.set(id, { count: 0, untilMs });
      } else if (ending === 'FINISHED') {
        ofReceipt.delete(id);
        ofBackend.delete(backend);
      }
    },
    opened: (backend) => void ofBackend.delete(backend),
    only(heads) {
      for (const map of [ofReceipt, doubts]) for (const id of map.keys()) if (!heads.has(id)) map.delete(id);
    },
  };
}
