// The income system's wire: SOAP 1.1, the login in every question. Made from a template: the only place that knows its
// operations, field names, codes and quirks.
import type { IncomeRecord, IncomeRecordStatus } from '../../schema/generated/income.ts';
import type { Clock } from '../continuity/clock.ts';
import type { Adapter, Connection, Recorded } from '../continuity/definition.ts';
import { day, pence, trimmed, word } from '../continuity/dirt.ts';
import { WireError } from '../continuity/errors.ts';
import type { Known } from '../continuity/fields.ts';
import { shapes } from '../continuity/form.ts';
import { readByReference } from '../continuity/keys.ts';
import type { Verbs } from '../continuity/loaders.ts';
import { openWire, statusError } from '../continuity/wire.ts';
import { child, children, element, soapAnswer, soapEnvelope, textOf, type XmlValue } from '../continuity/xml.ts';

/** The one backend. */
const backend = 'income';
/** Keys a call, at most: past it, the wire answers TOO_MANY. */
const limit = 50;
const namespace = 'http://lintel.example/income';

// From the wire's words to the schema's. What lacks its reference is no record: it counts against the circuit.
const statuses: Readonly<Record<string, IncomeRecordStatus>> = { O: 'OPEN', C: 'CLOSED' };

function recordOf(row: XmlValue): Known<IncomeRecord> {
  const field = (name: string) => trimmed(textOf(child(row, name)));
  const incomeReference = field('Ref');
  if (incomeReference === null) throw new WireError('GARBLED', 'a record without its reference');
  const personReference = field('PersonRef');
  const owed = pence(field('Amount'));
  return {
    incomeReference,
    person: personReference === null ? null : { personReference },
    status: word(statuses, field('Status')),
    statusCode: field('Status'),
    openedOn: day(field('Opened')),
    amount: owed === null ? null : { pence: owed },
    references: [{ id: incomeReference, description: 'income reference', allocatedBy: 'income' }],
  };
}

/** What it means that an operation did not succeed, by the code that comes with status 200. */
function failureOf(code: string): WireError {
  // Locked, too: one more try may keep it so.
  if (code === 'DENIED' || code === 'LOCKED') return new WireError('CREDENTIALS', code);
  if (code === 'CLOSED') return new WireError('UNAVAILABLE', 'it is closed for the night');
  return new WireError('FAULT', /^[A-Z_]{1,20}$/.test(code) ? code : 'a result without a known code');
}

/** Calls an operation for keys. Gives what it found. */
type List = (operation: string, keys: string[], signal: AbortSignal) => Promise<Known<IncomeRecord>[]>;

export type IncomeReads = ReturnType<typeof readsOf>;
export type IncomeVerbs = Verbs<IncomeReads>;

/** Opens the wire. No connection is made before the first read. */
export function incomeAdapter(connections: Record<string, Connection>, clock: Clock): Adapter<IncomeReads> {
  const connection = connections[backend];
  if (!connection) throw new Error(`no connection for ${backend}`);
  const { url, user, password } = connection;
  const wire = openWire(url);
  const login = `<Login>${element('User', user)}${element('Password', password)}</Login>`;

  /** The one way to ask. */
  const list: List = async (operation, keys, signal) => {
    const question = `${login}<Keys>${keys.map((key) => element('Key', key)).join('')}</Keys>`;
    const reply = await wire.send({
      method: 'POST',
      path: '/RecordService',
      headers: { 'content-type': 'text/xml; charset=utf-8', soapaction: `"${namespace}/${operation}"` },
      body: soapEnvelope(`<${operation} xmlns="${namespace}">${question}</${operation}>`),
      signal,
    });
    if (reply.status !== 200) throw statusError(reply, clock.now());
    const answer = soapAnswer(reply.text, `${operation}Response`);
    const code = textOf(child(answer, 'Code')).trim();
    if (code !== 'OK') throw failureOf(code);
    return children(child(answer, 'Records'), 'Record').map(recordOf);
  };

  return {
    reads: readsOf(list),
    probes: {
      // The cheapest question that needs the login: there is no record 0, so that nobody's data is fetched for it.
      [backend]: async (signal) => {
        await list('GetRecords', ['0'], signal);
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
        const found = await list('GetRecords', references, signal);
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
        const found = await list('GetRecordsByPerson', people, signal);
        return Map.groupBy(found, ({ person }) => person?.personReference ?? '');
      },
    }),
  };
}
