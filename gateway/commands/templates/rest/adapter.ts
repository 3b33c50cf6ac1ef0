// The income system's wire: REST and JSON, the login with every call. Made from a template: the only place that knows
// its URLs, field names, codes and quirks.
import { z } from 'zod';
import type { IncomeRecord, IncomeRecordStatus } from '../../schema/generated/income.ts';
import type { Clock } from '../continuity/clock.ts';
import type { Adapter, Connection, Recorded } from '../continuity/definition.ts';
import { day, pence, trimmed, word } from '../continuity/dirt.ts';
import type { Known } from '../continuity/fields.ts';
import { shapes } from '../continuity/form.ts';
import { readByReference } from '../continuity/keys.ts';
import type { Verbs } from '../continuity/loaders.ts';
import { checked, json, openWire, statusError } from '../continuity/wire.ts';

/** The one backend. */
const backend = 'income';
/** References a call, at most: past it, the wire answers 400. */
const limit = 50;

// The wire's own types, checked as they arrive: a reply that does not fit counts against the circuit.
const wireRecord = z.object({
  ref: z.string().trim().min(1),
  person: z.string(),
  status: z.string(),
  opened: z.string(),
  amount: z.string(),
});
const wireRecords = z.object({ records: z.array(wireRecord) });

// From the wire's words to the schema's.
const statuses: Readonly<Record<string, IncomeRecordStatus>> = { O: 'OPEN', C: 'CLOSED' };

function recordOf({ ref, person, status, opened, amount }: z.infer<typeof wireRecord>): Known<IncomeRecord> {
  const personReference = trimmed(person);
  const owed = pence(amount);
  return {
    incomeReference: ref,
    person: personReference === null ? null : { personReference },
    status: word(statuses, status),
    statusCode: trimmed(status),
    openedOn: day(opened),
    amount: owed === null ? null : { pence: owed },
    references: [{ id: ref, description: 'income reference', allocatedBy: 'income' }],
  };
}

/** Asks for the records of references or people. */
type List = (by: 'refs' | 'people', keys: string[], signal: AbortSignal) => Promise<Known<IncomeRecord>[]>;

export type IncomeReads = ReturnType<typeof readsOf>;
export type IncomeVerbs = Verbs<IncomeReads>;

/** Opens the wire. No connection is made before the first read. */
export function incomeAdapter(connections: Record<string, Connection>, clock: Clock): Adapter<IncomeReads> {
  const connection = connections[backend];
  if (!connection) throw new Error(`no connection for ${backend}`);
  const { url, user, password } = connection;
  const wire = openWire(url);
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

  /** The one way to ask. */
  const list: List = async (by, keys, signal) => {
    const path = `/records?${by}=${keys.map(encodeURIComponent).join(',')}`;
    const reply = await wire.send({ path, headers: { authorization }, signal });
    if (reply.status !== 200) throw statusError(reply, clock.now());
    return checked(wireRecords, json(reply)).records.map(recordOf);
  };

  return {
    reads: readsOf(list),
    probes: {
      // The cheapest question that needs the login: there is no record 0, so that nobody's data is fetched for it.
      [backend]: async (signal) => {
        await list('refs', ['0'], signal);
      },
    },
    wires: { [backend]: wire },
    close: () => wire.close(),
  };
}

/** What a record is known again by after the system has come back out of a backup. */
function recorded({ incomeReference, person }: Known<IncomeRecord>): Recorded {
  return { reference: incomeReference, identity: person?.personReference ?? '' };
}

function readsOf(list: List) {
  return {
    record: readByReference<Known<IncomeRecord> | null>({
      shape: { pattern: /^[!-+\--~]{1,20}$/, like: 'the reference of a record of income, e.g. `R0000017`' },
      backend,
      limit,
      absent: null,
      records: (record) => [recorded(record)],
      async ask(references, signal) {
        const found = await list('refs', references, signal);
        return new Map(found.map((record) => [record.incomeReference, record]));
      },
    }),
    recordsOfPerson: readByReference<Known<IncomeRecord>[]>({
      shape: shapes.person,
      backend,
      limit,
      absent: [],
      records: (records) => records.map(recorded),
      async ask(people, signal) {
        const found = await list('people', people, signal);
        return Map.groupBy(found, ({ person }) => person?.personReference ?? '');
      },
    }),
  };
}
