// The telephone system's wires in tests: the manager interface's XML behind a cookie, and records as files.
import { telephony } from '../../../subgraphs/telephony/index.ts';
import { type Answering, type Asked, type Canned, startWired, type TestWire } from '../wire.ts';

/** The cookie of its session, quotes included. */
export const cookie = 'mansession_id="0fe5b8a0"';
const generic = (attributes: string) => `<response type='object' id='unknown'><generic ${attributes} /></response>\n`;
export const ajax = (...events: string[]) => `<ajax-response>\n${events.map(generic).join('')}</ajax-response>`;
export const accepted = {
  headers: { 'set-cookie': `${cookie}; Version=1; Max-Age=60` },
  body: ajax("response='Success' message='Authentication accepted'", "event='FullyBooted'"),
};
export const denied = ajax("response='Error' message='Permission denied'");
export const list = (action: string, ...events: string[]) =>
  ajax(
    "response='Success' eventlist='start' message='will follow'",
    ...events,
    `event='${action}Complete' eventlist='Complete' listitems='${events.length}'`,
  );

export const summary = (queue: string, loggedin: number, callers = 0, longest = 0) =>
  `event='QueueSummary' queue='${queue}' loggedin='${loggedin}' available='0' callers='${callers}' holdtime='0' talktime='0' longestholdtime='${longest}'`;
export const entry = (queue: string, position: number, number: string) =>
  `event='QueueEntry' queue='${queue}' position='${position}' channel='x' uniqueid='u-${position}' calleridnum='${number}' wait='${position * 10}' priority='0'`;

/** A switchboard that wants its cookie and answers actions by name. */
export function switchboard(answers: Record<string, string> = {}) {
  return ({ path, query, headers }: Asked): Canned => {
    if (path !== '/mxml') return answers[path] ?? { status: 404 };
    const action = query.get('action') ?? '';
    if (action === 'Login') return accepted;
    return headers.cookie === cookie ? (answers[action] ?? list(action)) : denied;
  };
}

/** What a switchboard was asked: its actions by name, else paths. */
export const actions = ({ asked }: TestWire) => asked.map(({ path, query }) => query.get('action') ?? path);

/** What a call record says. */
export interface CallRow {
  src?: string;
  dst?: string;
  start: string;
  id: string;
  channel?: string;
  disposition?: string;
  answer?: string;
}
const quoted = (value: string | number) =>
  typeof value === 'number' ? `${value}` : `"${value.replaceAll('"', '""')}"`;

/** A line of Master.csv. */
export const cdr = ({
  src = '',
  dst = '100',
  start,
  id,
  channel = `PJSIP/trunk-${id}`,
  disposition = 'ANSWERED',
  answer = start,
}: CallRow) =>
  `${['', src, dst, 'from-trunk', `"Smith, ""J""" <${src}>`, channel, '', 'Queue', 'repairs,t', start, answer, start, 65, 60, disposition, 'DOCUMENTATION', id, ''].map(quoted).join(',')}\n`;

/** A caller as the file has the number, and as it is asked for. */
export const caller = { src: '07700900123', number: '+447700900123' };
/** The line of one call of that caller; this morning unless said. */
export const callOf = (id: string, start = '2022-06-27 08:00:00') => cdr({ id, src: caller.src, start });

/** Starts the system over both wires. */
export async function run(
  boardAnswer: Answering = switchboard(),
  recordsAnswer: Answering = () => '',
  recordsUser = '',
) {
  const wired = await startWired(telephony, {
    switchboard: { answer: boardAnswer, password: 'p&ss word' },
    records: { answer: recordsAnswer, user: recordsUser, password: 'records' },
  });
  return { ...wired, board: wired.wires.switchboard, records: wired.wires.records };
}

/** The identifiers of the calls that a number is given. */
export const idsOf = (calls: { callId: string }[]) => calls.map(({ callId }) => callId);
