// What is asked of many receipts at once: lists, what is shown beside what is recorded, and the sum that must close. Reads only.
import type { Clock } from '../clock.ts';
import type { Ledger, ReceiptFilter } from '../intake.ts';
import type { ReceiptState } from '../mutation.ts';
import type { Store } from '../store.ts';
import { lostReceipts } from './applied-writes.ts';
import type { Book } from './book.ts';
import type { Entry } from './entry.ts';
import { isOpen, openStates } from './stage.ts';

/** How long somebody is still shown that their write was refused, in ms: until they have looked again, the next day. */
const refusedShownMs = 24 * 60 * 60_000;
/** Terms a statement. */
const termsAtOnce = 500;

/** How many receipts of a system stand so. */
export interface Count {
  system: string;
  state: ReceiptState;
  count: number;
}

export function createFinding({ db }: Store, book: Book, clock: Clock) {
  return {
    /** Newest first. `unwritten`: what was accepted and is not in the store yet, oldest first. */
    async receipts(filter: ReceiptFilter, unwritten: readonly Entry[]): Promise<Entry[]> {
      const { system, mutations, states, lane, lost, before, first } = filter;
      const newest = unwritten.filter((entry) => isMeant(entry, filter)).reverse();
      const at = newest.findIndex(({ id }) => id === before);
      const some = before !== undefined && at < 0 ? [] : newest.slice(at + 1);
      const stored = await book.entries((from) => {
        let query = from;
        if (system !== undefined) query = query.where('system', '=', system);
        if (mutations) query = query.where('mutation', 'in', ['', ...mutations]);
        if (states) query = query.where('state', 'in', ['', ...states]);
        if (lane) query = query.where('lane', '=', lane);
        if (lost) query = query.where('id', 'in', lostReceipts(db));
        if (before !== undefined && at < 0) {
          const seq = db.selectFrom('receipt as that').select('that.seq').where('that.id', '=', before);
          query = query.where('seq', '<', seq);
        }
        return query.orderBy('seq', 'desc').limit(first);
      });
      const ids = new Set(stored.map(({ id }) => id));
      return [...some.filter(({ id }) => !ids.has(id)), ...stored].slice(0, first);
    },
    /** Receipts that are to be shown under some of these names of terms, oldest first, by name. */
    async pending(terms: ReadonlyMap<string, number>): Promise<Map<string, Entry[]>> {
      const names = [...terms.keys()];
      const refusedAfterMs = clock.now() - refusedShownMs;
      const found: { term: string; receipt: string }[] = [];
      for (let start = 0; start < names.length; start += termsAtOnce) {
        const some = names.slice(start, start + termsAtOnce);
        const oldestMs = Math.min(...some.map((name) => terms.get(name) ?? 0));
        const rows = await db
          .selectFrom('receipt_term as term')
          .innerJoin('receipt', 'receipt.id', 'term.receipt')
          .select(['term.term', 'term.receipt', 'receipt.state', 'receipt.changed_at'])
          .where('term.term', 'in', some)
          .where((eb) =>
            eb.or([
              eb('receipt.state', 'in', openStates),
              eb.and([eb('receipt.state', '=', 'REFUSED'), eb('receipt.changed_at', '>', refusedAfterMs)]),
              eb.and([eb('receipt.state', '=', 'APPLIED'), eb('receipt.changed_at', '>', oldestMs)]),
            ]),
          )
          .execute();
        found.push(
          ...rows.filter(({ term, state, changed_at }) => state !== 'APPLIED' || changed_at > (terms.get(term) ?? 0)),
        );
      }
      const ids = [...new Set(found.map(({ receipt }) => receipt))];
      const entries = ids.length > 0 ? await book.entries((from) => from.where('id', 'in', ids).orderBy('seq')) : [];
      const byId = new Map(entries.map((entry, order) => [entry.id, { entry, order }]));
      const byTerm = new Map<string, { entry: Entry; order: number }[]>();
      for (const { term, receipt } of found) {
        const one = byId.get(receipt);
        if (one) byTerm.set(term, [...(byTerm.get(term) ?? []), one]);
      }
      return new Map(
        [...byTerm].map(([term, some]) => [term, some.sort((a, b) => a.order - b.order).map(({ entry }) => entry)]),
      );
    },
    /**
     * How many stand so, by system. `unwritten`: what was accepted and may not be in the store yet; it is QUEUED until it is,
     * and counted once, since one statement tells which it is of.
     */
    async counts(system?: string, unwritten: readonly Entry[] = []): Promise<Count[]> {
      const waiting = unwritten.filter((entry) => system === undefined || entry.system === system);
      const ids = ['', ...waiting.map(({ id }) => id)];
      const query = db
        .selectFrom('receipt')
        .select(({ fn }) => ['system', 'state', fn.countAll<number>().as('count')])
        .$if(waiting.length > 0, (some) =>
          some.select(({ eb, fn }) => fn.sum<number>(eb.case().when('id', 'in', ids).then(1).else(0).end()).as('here')),
        )
        .groupBy(['system', 'state']);
      const rows = await (system === undefined ? query : query.where('system', '=', system)).execute();
      const counts = rows.map((row): Count => {
        return { system: row.system, state: row.state as ReceiptState, count: Number(row.count) };
      });
      for (const [of, some] of Map.groupBy(waiting, (entry) => entry.system)) {
        const here = rows.filter((row) => row.system === of).reduce((sum, row) => sum + Number(row.here), 0);
        if (some.length > here) counts.push({ system: of, state: 'QUEUED', count: some.length - here });
      }
      return counts;
    },
    /** When the oldest that is still open was accepted, by system. */
    async oldestOpen(): Promise<Map<string, number>> {
      const rows = await db
        .selectFrom('receipt')
        .select(({ fn }) => ['system', fn.min('accepted_at').as('at')])
        .where('state', 'in', openStates)
        .groupBy('system')
        .execute();
      return new Map(rows.map(({ system, at }) => [system, Number(at)]));
    },
  };
}

function isMeant({ system, mutation, lane }: Entry, filter: ReceiptFilter): boolean {
  return (
    (filter.system ?? system) === system &&
    (filter.lane ?? lane) === lane &&
    (filter.mutations?.includes(mutation) ?? true) &&
    // Nothing of it has been sent, so nothing of it is lost.
    !filter.lost &&
    (filter.states?.includes('QUEUED') ?? true)
  );
}

/** Sums up. */
export function ledgerOf(counts: readonly Count[]): Ledger {
  const byState: Record<ReceiptState, number> = {
    QUEUED: 0,
    SENDING: 0,
    APPLIED: 0,
    REFUSED: 0,
    AMBIGUOUS: 0,
    PARKED: 0,
    CANCELLED: 0,
    LOST: 0,
    SETTLED: 0,
  };
  for (const { state, count } of counts) byState[state] += count;
  const states = Object.entries(byState) as [ReceiptState, number][];
  const sum = (some: typeof states) => some.reduce((all, [, count]) => all + count, 0);
  return {
    accepted: sum(states),
    applied: byState.APPLIED,
    refused: byState.REFUSED,
    cancelled: byState.CANCELLED,
    settled: byState.SETTLED,
    open: sum(states.filter(([state]) => isOpen(state))),
    byState,
  };
}
