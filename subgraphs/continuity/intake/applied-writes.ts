// Applied steps as they are looked up again: which are the newest of a backend, which are due, what was found of each, which
// losses an operator has taken as they are. Knows queries; who looks, and what is concluded, is decided elsewhere.
import { type Kysely, sql } from 'kysely';
import type { AppliedWrite, LaterStep, Looked } from '../applied-check.ts';
import { isLoss } from '../look-up.ts';
import type { Store, Tables } from '../store.ts';
import type { Book } from './book.ts';
import { isOpen } from './heads.ts';
import { nextLook } from './look-schedule.ts';
import { openStates } from './stage.ts';

/** Applied writes, for whoever looks them up again. `backend`: the one that the steps were sent to. All throw where the store fails. */
export interface AppliedWrites {
  /**
   * The newest of a backend, newest first; of the last `backMs` alone, where that is given. Losses that an operator has taken as
   * they are, are left out.
   */
  newest(system: string, backend: string, most: number, backMs?: number): Promise<AppliedWrite[]>;
  /** Takes those that are due, emergencies first: no other process has them for some minutes. */
  due(system: string, backend: string, most: number): Promise<AppliedWrite[]>;
  /** Writes down what was found, and when each is due again. */
  note(looked: readonly Looked[]): Promise<void>;
  /** Notes that some were missed once, and makes them due again after so long, in ms. */
  suspect(writes: readonly AppliedWrite[], afterMs: number): Promise<void>;
  /** Makes due what was applied in the last `backMs` and has not been looked at since `sinceMs`. */
  lookAtAll(system: string, backend: string, backMs: number, sinceMs: number): Promise<void>;
  /** An operator takes a backend as it is: its losses raise no alarm again. Gives how many there were. */
  accept(system: string, backend: string): Promise<number>;
  /** Writes that wait for a backend; and of these, those that build on a receipt or name a reference out of some. */
  waiting(system: string, backend: string, about: AboutLosses): Promise<{ count: number; about: string[] }>;
}

/** What has been lost. */
export interface AboutLosses {
  receipts: ReadonlySet<string>;
  references: ReadonlySet<string>;
}

/** A process that has taken some and is gone leaves them to others after so long, in ms. */
const takenMs = 5 * 60_000;
/** Writes that wait are gone through for what they are about, at most: more than that wait for every reason. */
const mostWaiting = 1_000;

const losses = ['MISSING', 'OLDER', 'REISSUED'] as const;
/** A loss that an operator has taken as it is. */
const accepted = 'ACCEPTED';
/** The record of it is lost, not what was done; and that, taken as it is. */
const recordGone = 'RECORD_GONE';
const recordAccepted = 'RECORD_ACCEPTED';
const notLooked = [accepted, recordAccepted] as const;
/** Missed once, and not looked at a second time yet. */
const suspect = 'SUSPECT';

export function createAppliedWrites(store: Store, book: Book, now: () => number): AppliedWrites {
  const { db } = store;

  function applied(system: string, backend: string) {
    return db
      .selectFrom('receipt_step as step')
      .innerJoin('receipt', 'receipt.id', 'step.receipt')
      .select(['step.receipt', 'step.position', 'step.look_at', 'step.looked_at', 'step.trace'])
      .where('step.backend', '=', backend)
      .where('step.state', '=', 'APPLIED')
      .where('receipt.system', '=', system)
      .where(({ eb, or }) => or([eb('step.trace', 'is', null), eb('step.trace', 'not in', notLooked)]));
  }

  /** Steps that were applied later at the same backend: of the same receipt, or of a later one about the same entity. */
  async function laterThan(rows: readonly Row[]): Promise<Map<string, LaterStep[]>> {
    const ids = [...new Set(rows.map(({ receipt }) => receipt))];
    const found = await db
      .selectFrom('receipt_step as step')
      .innerJoin('receipt', 'receipt.id', 'step.receipt')
      .innerJoin('receipt as its', (join) =>
        join.onRef('its.entity', '=', 'receipt.entity').onRef('its.system', '=', 'receipt.system'),
      )
      .innerJoin('receipt_step as later', (join) =>
        join.onRef('later.receipt', '=', 'its.id').onRef('later.backend', '=', 'step.backend'),
      )
      .select(['step.receipt', 'step.position', 'later.receipt as laterReceipt', 'later.position as laterPosition'])
      .where('step.receipt', 'in', ids)
      .where('later.state', '=', 'APPLIED')
      .where(sql<boolean>`(its.seq > receipt.seq or (its.id = receipt.id and later.position > step.position))`)
      .execute();
    const others = [...new Set(found.map(({ laterReceipt }) => laterReceipt))];
    const entries = others.length > 0 ? await book.entries((from) => from.where('id', 'in', others)) : [];
    const byId = new Map(entries.map((entry) => [entry.id, entry]));
    const later = new Map<string, LaterStep[]>();
    for (const { receipt, position, laterReceipt, laterPosition } of found) {
      const step = byId.get(laterReceipt)?.steps[laterPosition];
      if (step?.stage.state !== 'APPLIED') continue;
      const { kind, input, stage } = step;
      const name = `${receipt}/${position}`;
      later.set(name, [...(later.get(name) ?? []), { kind, input, made: stage.made }]);
    }
    return later;
  }

  /** Opens them, in the order given. One that cannot be read, or whose content is forgotten, cannot be looked up. */
  async function opened(rows: readonly Row[]): Promise<AppliedWrite[]> {
    const ids = [...new Set(rows.map(({ receipt }) => receipt))];
    if (ids.length === 0) return [];
    const [entries, later] = await Promise.all([book.entries((from) => from.where('id', 'in', ids)), laterThan(rows)]);
    const byId = new Map(entries.map((entry) => [entry.id, entry]));
    return rows.flatMap(({ receipt, position, trace, looked_at }) => {
      const entry = byId.get(receipt);
      const step = entry?.steps[position];
      // What a person said is done, is so by their word: it may be on paper alone.
      if (!entry || entry.input === null || entry.settledBy || step?.stage.state !== 'APPLIED') return [];
      const { input, reference, kind, stage, target } = step;
      const { mutation, lane, acceptedAtMs } = entry;
      const { made, atMs: appliedAtMs } = stage;
      const known = { input, made, reference, acceptedAtMs, appliedAtMs, ...(target && { target }) };
      return [
        {
          receipt,
          position,
          mutation,
          lane,
          kind,
          step: {
            ...known,
            superseded: false,
            seen: trace === 'THERE' || trace === suspect,
          },
          later: later.get(`${receipt}/${position}`) ?? [],
          suspectSinceMs: trace === suspect ? looked_at : null,
        },
      ];
    });
  }

  function set(
    receipt: string,
    position: number,
    values: { look_at?: number | null; trace?: string; looked_at?: number },
  ) {
    return db
      .updateTable('receipt_step')
      .set(values)
      .where('receipt', '=', receipt)
      .where('position', '=', position)
      .where('state', '=', 'APPLIED');
  }

  return {
    async newest(system, backend, most, backMs = Number.POSITIVE_INFINITY) {
      const sinceMs = Math.max(0, now() - backMs);
      const query = applied(system, backend).where('step.applied_at', '>=', sinceMs);
      return opened(await query.orderBy('step.applied_at', 'desc').limit(most).execute());
    },

    async due(system, backend, most) {
      const rows = await applied(system, backend)
        .where('step.look_at', '<=', now())
        .orderBy(sql`case receipt.lane when 'EMERGENCY' then 0 else 1 end`)
        .orderBy('step.look_at')
        .limit(most)
        .execute();
      const mine: typeof rows = [];
      for (const row of rows) {
        const { receipt, position, look_at } = row;
        const taken = await set(receipt, position, { look_at: now() + takenMs })
          .where('look_at', '=', look_at)
          .executeTakeFirst();
        if (taken.numUpdatedRows > 0n) mine.push(row);
      }
      const found = await opened(mine);
      // What cannot be read or was forgotten is not due for ever.
      for (const { receipt, position } of mine) {
        const isThere = found.some((each) => each.receipt === receipt && each.position === position);
        if (!isThere) await set(receipt, position, { look_at: null }).execute();
      }
      return found;
    },

    async note(looked) {
      const nowMs = now();
      for (const { write, trace } of looked) {
        const { receipt, position, lane, step } = write;
        const look_at = isLoss(trace) ? null : nextLook(lane, step.appliedAtMs, nowMs);
        const found = isLoss(trace) && write.recordOnly ? recordGone : trace;
        await set(receipt, position, { trace: found, looked_at: nowMs, look_at })
          .where(({ eb, or }) => or([eb('trace', 'is', null), eb('trace', 'not in', notLooked)]))
          .execute();
      }
    },

    async suspect(writes, afterMs) {
      const nowMs = now();
      for (const { receipt, position } of writes) {
        await set(receipt, position, { trace: suspect, looked_at: nowMs, look_at: nowMs + afterMs })
          .where(({ eb, or }) => or([eb('trace', 'is', null), eb('trace', 'not in', notLooked)]))
          .execute();
      }
    },

    async lookAtAll(system, backend, backMs, sinceMs) {
      await db
        .updateTable('receipt_step')
        .set({ look_at: now() })
        .where('backend', '=', backend)
        .where('state', '=', 'APPLIED')
        .where('applied_at', '>=', now() - backMs)
        .where(({ eb, or }) => or([eb('looked_at', 'is', null), eb('looked_at', '<', sinceMs)]))
        .where(({ eb, or }) => or([eb('trace', 'is', null), eb('trace', 'not in', notLooked)]))
        .where('receipt', 'in', (eb) => eb.selectFrom('receipt').select('id').where('system', '=', system))
        .execute();
    },

    async accept(system, backend) {
      const done = await db
        .updateTable('receipt_step')
        .set({
          trace: sql<string>`case trace when ${recordGone} then ${recordAccepted} else ${accepted} end`,
          look_at: null,
        })
        .where('backend', '=', backend)
        .where('trace', 'in', [...losses, recordGone])
        .where('receipt', 'in', (eb) => eb.selectFrom('receipt').select('id').where('system', '=', system))
        .executeTakeFirst();
      return Number(done.numUpdatedRows);
    },

    async waiting(system, backend, { receipts, references }) {
      const rows = await db
        .selectFrom('receipt')
        .select('id')
        .where('system', '=', system)
        .where('state', 'in', openStates)
        .where(isOpen('receipt'))
        .where(({ exists, selectFrom }) =>
          exists(
            selectFrom('receipt_step as step')
              .select('step.receipt')
              .whereRef('step.receipt', '=', 'receipt.id')
              .where('step.backend', '=', backend)
              .where('step.state', 'in', openStates),
          ),
        )
        .orderBy('seq')
        .execute();
      const ids = rows.slice(0, mostWaiting).map(({ id }) => id);
      const entries = ids.length > 0 ? await book.entries((from) => from.where('id', 'in', ids).orderBy('seq')) : [];
      const about = entries.filter(
        ({ id, follows, input, steps }) =>
          receipts.has(id) ||
          (follows !== null && receipts.has(follows)) ||
          names({ input, steps: steps.map((step) => step.input) }, references),
      );
      return { count: rows.length, about: about.map(({ id }) => id) };
    },
  };
}

/** The ids of receipts of which an applied step is not there any more, whether an operator knows of it or not. */
export function lostReceipts(db: Kysely<Tables>) {
  return db
    .selectFrom('receipt_step')
    .select('receipt')
    .where('trace', 'in', [...losses, accepted]);
}

/** A step as it stands in its table. */
interface Row {
  receipt: string;
  position: number;
  trace: string | null;
  looked_at: number | null;
}

/** Whether a text anywhere in what a write says is one of some references. */
function names(value: unknown, references: ReadonlySet<string>): boolean {
  if (typeof value === 'string') return references.has(value.trim());
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some((part) => names(part, references));
}
