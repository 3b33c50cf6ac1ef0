// How systems stand, as `lintel system` shows it: a table at a glance, a system in full. Knows what status.graphql tells;
// asks nothing.
import { inShort } from '../../subgraphs/continuity/london.ts';
import { paint, print, type Tone, wrapped } from './terminal.ts';

/** What is asked of a system. */
export const shown = `fragment Shown on System {
  name state since expectedBack
  notice { text written at }
  backends {
    name state since expectedBack who why restorePoint circuit cause
    alarm {
      seen compared missing older reissued changed provenUpTo at
      writes { lookedUp missing older reissued changed untold emergencies }
      findings { verdict kind reference receipt at known now }
      waiting { count about }
    }
  }
}`;

/** A backend as it is told. Times ISO 8601. */
export interface ShownBackend {
  name: string;
  state: string;
  since: string;
  expectedBack: string | null;
  who: string | null;
  why: string | null;
  restorePoint: string | null;
  circuit: string;
  cause: string | null;
  alarm: Alarm | null;
}

type Counts = Record<'missing' | 'older' | 'reissued' | 'changed', number>;

/** What a check on a backend has found. `findings` and `waiting`: null where the store cannot be read. */
interface Alarm extends Counts {
  seen: 'RETURN' | 'RUNNING';
  compared: number;
  writes: Counts & Record<'lookedUp' | 'untold' | 'emergencies', number>;
  findings: readonly ShownFinding[] | null;
  waiting: { count: number; about: readonly string[] } | null;
  provenUpTo: string | null;
  at: string;
}

/** One record or write that is not as it was left. */
interface ShownFinding {
  verdict: 'MISSING' | 'OLDER' | 'REISSUED' | 'CHANGED';
  kind: string;
  reference: string | null;
  receipt: string | null;
  at: string;
  /** JSON. */
  known: string | null;
  now: string | null;
}

/** A system as it is told. */
export interface ShownSystem {
  name: string;
  state: string;
  since: string;
  expectedBack: string | null;
  notice: { text: string; written: boolean; at: string } | null;
  backends: ShownBackend[];
  kept?: { kind: string; count: number; oldest: string | null; newest: string | null }[] | null;
  history?: {
    backend: string;
    at: string;
    state: string;
    cause: string | null;
    who: string | null;
    why: string | null;
  }[];
}

/** What it is shown for. */
export interface Showing {
  /** Whether a Lintel runs here. Where none does, nobody knows how a system is, only what has been set over it. */
  running: boolean;
  nowMs: number;
}

const tones: Readonly<Record<string, Tone>> = {
  OPERATIONAL: 'good',
  DEGRADED: 'strange',
  READ_ONLY: 'strange',
  RECONCILING: 'strange',
  HELD: 'bad',
  DOWN: 'bad',
  ISOLATED: 'bad',
};

/** All systems, a line for each and what stands over it beneath. */
export function showTable(systems: readonly ShownSystem[], showing: Showing): void {
  const lines = systems.flatMap((system) => linesOf(system, showing));
  const header = ['', 'state', 'since', 'expected back', 'circuit'];
  const widths = header.map((title, column) =>
    Math.max(title.length, ...lines.map(({ cells }) => (cells[column] ?? '').length)),
  );
  const padded = (cells: readonly string[]) => cells.map((cell, column) => cell.padEnd(widths[column] ?? 0));
  print(paint('quiet', padded(header).join('  ').trimEnd()));
  for (const { cells, state, beneath } of lines) {
    const [name, stateCell, ...rest] = padded(cells);
    print(`${name}  ${paint(tones[state] ?? 'quiet', stateCell ?? '')}  ${rest.join('  ')}`.trimEnd());
    for (const text of beneath) print(wrapped(text, (widths[0] ?? 0) + 2));
  }
}

/** One system in full. */
export function showSystem(system: ShownSystem, showing: Showing): void {
  const { notice, history = [] } = system;
  // The notice has a place of its own here.
  showTable([{ ...system, notice: null }], showing);
  for (const { name, alarm } of system.backends) {
    if (!alarm?.findings?.length) continue;
    print('');
    print(`What the alarm${system.backends.length > 1 ? ` of ${name}` : ''} names:`);
    for (const line of findingsInWords(alarm, showing)) print(wrapped(line, 2));
  }
  print('');
  showNotice(notice, showing);
  showKept(system.kept ?? [], showing);
  if (!history.length) return;
  print('');
  print('What changed, newest first:');
  for (const { backend, at, state, cause, who, why } of history) {
    const whose = backend === system.name ? '' : `  ${backend}`;
    const reason = [cause && `(${cause})`, who && `by ${who}`, why && `"${why}"`].filter(Boolean).join(', ');
    print(wrapped(`${short(at, showing)}${whose}  ${state}${reason && `  ${reason}`}`, 2));
  }
}

/** How many records are kept of each kind, and how old they are. */
function showKept(kept: NonNullable<ShownSystem['kept']>, showing: Showing): void {
  if (!kept.length) return;
  print('');
  print('What is kept of it:');
  for (const { kind, count, oldest, newest } of kept) {
    const read = oldest && newest ? `, read from ${short(oldest, showing)} to ${short(newest, showing)}` : '';
    print(wrapped(`${kind}: ${count.toLocaleString('en-GB')}${read}`, 2));
  }
}

/** What residents are told. */
export function showNotice(notice: ShownSystem['notice'], showing: Showing): void {
  if (!notice) {
    print('Residents are told nothing.');
    return;
  }
  const author = notice.written ? `an operator's words, ${short(notice.at, showing)}` : "Lintel's own words";
  print(`Residents are told (${author}):`);
  print(wrapped(notice.text, 2));
}

interface Line {
  cells: string[];
  state: string;
  beneath: string[];
}

/** A system whose backends are all well is one line; else each backend has its own. */
function linesOf(system: ShownSystem, showing: Showing): Line[] {
  const [first, ...others] = system.backends;
  const notice = system.notice?.written ? [`notice: ${system.notice.text}`] : [];
  const calm = system.backends.every((backend) => backend.state === 'OPERATIONAL' && backend.circuit === 'CLOSED');
  if (first && (calm || !others.length)) {
    const line = lineOf({ ...first, name: system.name }, showing);
    return [{ ...line, beneath: [...line.beneath, ...notice] }];
  }
  const backends = system.backends.map((backend) => lineOf({ ...backend, name: `  ${backend.name}` }, showing));
  const { name, state, since, expectedBack } = system;
  const cells = [name, state, short(since, showing), expectedBack === null ? '' : short(expectedBack, showing), ''];
  return [{ cells, state, beneath: notice }, ...backends];
}

function lineOf(backend: ShownBackend, showing: Showing): Line {
  const { name, state, since, expectedBack, circuit, cause } = backend;
  const unknown = !showing.running && state === 'OPERATIONAL';
  const expected = expectedBack === null ? '' : short(expectedBack, showing);
  const calls = !showing.running ? '' : `${circuit.toLowerCase()}${cause ? ` (${cause})` : ''}`;
  const cells = unknown
    ? [name, 'not running', '', expected, '']
    : [name, state, short(since, showing), expected, calls];
  return { cells, state: unknown ? '' : state, beneath: reasonsOf(backend, showing) };
}

function reasonsOf({ state, who, why, restorePoint, alarm }: ShownBackend, showing: Showing): string[] {
  const reasons = [];
  if (who && who !== 'Lintel') reasons.push(`by ${who}: ${why ?? ''}`);
  if (restorePoint) reasons.push(`out of a copy taken ${short(restorePoint, showing)}`);
  if (alarm) reasons.push(alarmInWords(alarm, showing));
  else if (state === 'HELD') reasons.push('back after a long silence: it is being compared with what was kept');
  return reasons;
}

/** What a check on a system has found, which writes wait behind it, and what can be done about it. */
function alarmInWords(alarm: Alarm, showing: Showing): string {
  const { seen, compared, writes, waiting, provenUpTo } = alarm;
  const how =
    seen === 'RETURN'
      ? 'it came back after a long silence, perhaps out of a backup.'
      : 'it was never away, and has lost what it had confirmed: perhaps it was set back to a backup.';
  const looked = writes.lookedUp
    ? ` Of ${writes.lookedUp} applied write${writes.lookedUp === 1 ? '' : 's'} looked up: ${countsInWords(writes)}${emergenciesInWords(writes.emergencies)}.`
    : '';
  const kept = compared
    ? ` Of ${compared} kept answer${compared === 1 ? '' : 's'} compared: ${countsInWords(alarm)}.`
    : '';
  const proven = provenUpTo ? ` It has changes up to ${short(provenUpTo, showing)}.` : '';
  return `ALARM ${short(alarm.at, showing)}: ${how}${looked}${kept}${proven}${waitingInWords(waiting)} Take it as it is (release), or say that it is a copy (read-only).`;
}

function countsInWords({ missing, older, reissued, changed }: Counts): string {
  const found = [
    missing && `${missing} missing`,
    older && `${older} older than what was known`,
    reissued && `${reissued} with a reference that another record has now`,
    changed && `${changed} otherwise changed`,
  ].filter(Boolean);
  return found.length > 0 ? found.join(', ') : 'all as they were';
}

function emergenciesInWords(count: number): string {
  return count > 0 ? `; ${count === 1 ? 'one of them is an EMERGENCY' : `${count} of them are EMERGENCIES`}` : '';
}

function waitingInWords(waiting: Alarm['waiting']): string {
  if (!waiting) return '';
  const { count, about } = waiting;
  if (count === 0) return ' No write waits for it.';
  const waits = ` ${count} write${count === 1 ? ' waits' : 's wait'} for it, and none is sent before you decide.`;
  if (about.length === 0) return waits;
  return `${waits} About what is lost: ${about.join(', ')} (npx lintel receipt ID).`;
}

/** What an alarm names, a line each: the first of them; all of them with --json. */
function findingsInWords({ findings }: Alarm, showing: Showing): string[] {
  const all = findings ?? [];
  const lines = all.slice(0, mostFindingsShown).map(({ verdict, kind, reference, receipt, at, known, now }) => {
    const which = receipt ? `receipt ${receipt}` : `${reference}`;
    const values = known ? `: was ${cut(known)}${now ? `, is ${cut(now)}` : ''}` : '';
    return `${verdict} ${kind} ${which}, known at ${short(at, showing)}${values}`;
  });
  const more = all.length - lines.length;
  return [
    ...lines,
    more > 0
      ? `... and ${more} more. --json lists all, with all that is known.`
      : '--json tells all that is known of each.',
  ];
}

/** As much of a value as says which record it is. */
function cut(value: string): string {
  return value.length > longestValue ? `${value.slice(0, longestValue)} ...` : value;
}

/** As many as fit on a screen. */
const mostFindingsShown = 20;
/** Two lines of a terminal, in characters. */
const longestValue = 160;

function short(iso: string, { nowMs }: Showing): string {
  return inShort(Date.parse(iso), nowMs);
}
