// What status.graphql says of systems, in words for people: residents and staff first, then operators. The same words
// stand on the status page and in its text. Knows neither HTML nor where the facts come from.
import { moment, span } from './times.ts';

/** What the status page asks for: of the machinery alone, no legacy system. */
export const question = `{
  systems {
    name state since expectedBack
    notice { text }
    backends { name state since why restorePoint cause alarm { compared missing older reissued changed provenUpTo at } }
    kept { kind count oldest newest }
  }
}`;

/** What is answered. Instants are ISO 8601. */
export interface Facts {
  name: string;
  state: string;
  since: string;
  expectedBack: string | null;
  notice: { text: string } | null;
  backends: readonly BackendFacts[];
  kept: readonly { kind: string; count: number; oldest: string | null; newest: string | null }[] | null;
}

/** Of one server. */
export interface BackendFacts {
  name: string;
  state: string;
  since: string;
  why: string | null;
  restorePoint: string | null;
  cause: string | null;
  alarm: AlarmFacts | null;
}

/** What a check on return has found. */
export interface AlarmFacts {
  compared: number;
  missing: number;
  older: number;
  reissued: number;
  changed: number;
  provenUpTo: string | null;
  at: string;
}

/** How a state looks, besides its words: a sign, and a colour that says nothing which the sign does not. */
export type Sign = 'works' | 'care' | 'fails' | 'cut';

/** What is said of one system. Sentences are plain text. */
export interface Said {
  name: string;
  title: string;
  state: string;
  sign: Sign;
  /** `Repairs does not answer.` */
  sentence: string;
  /** `Does not answer` */
  headline: string;
  since: string;
  sinceAt: string;
  /** When service is expected back; null where it works. */
  back: string | null;
  notice: string | null;
  /** What is kept, and how old it is; null where that cannot be told. */
  kept: string | null;
  /** What an operator has to decide on. */
  alarms: readonly string[];
  /** For operators: each server, and what is kept of each kind of record. */
  servers: readonly string[];
  kinds: readonly string[];
}

const states: Readonly<Record<string, { sign: Sign; headline: string; does: string }>> = {
  OPERATIONAL: { sign: 'works', headline: 'Works', does: 'works' },
  DEGRADED: { sign: 'care', headline: 'Works with trouble', does: 'works with trouble' },
  DOWN: { sign: 'fails', headline: 'Does not answer', does: 'does not answer' },
  ISOLATED: { sign: 'cut', headline: 'Cut off on purpose', does: 'is cut off on purpose' },
  READ_ONLY: { sign: 'care', headline: 'Answers out of a restored copy', does: 'answers out of a restored copy' },
  HELD: { sign: 'care', headline: 'Back, but not relied on yet', does: 'is back, but not relied on yet' },
  RECONCILING: { sign: 'care', headline: 'Being brought up to date', does: 'is being brought up to date' },
};

/** Why a circuit opened, as an operator reads it. */
const causes: Readonly<Record<string, string>> = {
  UNREACHABLE: 'It cannot be reached',
  UNAVAILABLE: 'It says that it is not available',
  TIMEOUT: 'It gives no answer in time',
  FAULT: 'It answers with faults of its own',
  GARBLED: 'It answers, but not in its own language',
  SLOW: 'It is too slow',
  CREDENTIALS: 'It refuses our login: nothing is sent until somebody has mended that',
};

const wordsOf = (state: string) => states[state] ?? { sign: 'care' as const, headline: state, does: `is ${state}` };

/** Everything that is said of a system. */
export function said({ name, state, since, expectedBack, notice, backends, kept }: Facts, nowMs: number): Said {
  const title = name.charAt(0).toUpperCase() + name.slice(1);
  const { sign, headline, does } = wordsOf(state);
  const works = sign === 'works';
  const serverName = (backend: string) => (backend === name ? name : `${name}.${backend}`);
  return {
    name,
    title,
    state,
    sign,
    headline,
    sentence: `${title} ${does}.`,
    since: sinceOf(since, nowMs),
    sinceAt: since,
    back: works ? null : backOf(expectedBack, nowMs),
    notice: notice?.text ?? null,
    kept: kept && keptOf(kept, works, nowMs),
    alarms: backends.flatMap((one) =>
      one.state === 'HELD' ? [heldOf(backends.length > 1 ? serverName(one.name) : title, one, nowMs)] : [],
    ),
    servers: backends.map((one) => serverOf(serverName(one.name), one, nowMs)),
    kinds: (kept ?? []).map(
      ({ kind, count, oldest, newest }) =>
        `${kind}: ${number(count)}${newest && oldest ? `, ${ages({ oldest, newest }, nowMs)}` : ''}.`,
    ),
  };
}

/** All systems in a sentence or some. */
export function summary(all: readonly Said[]): string {
  const count = (some: readonly unknown[]) => `${some.length} system${some.length === 1 ? '' : 's'}`;
  const troubled = all.filter(({ sign }) => sign !== 'works');
  const rest = all.length - troubled.length;
  if (!troubled.length) return `All ${count(all)} work.`;
  if (all.every(({ sign }) => sign === 'fails' || sign === 'cut'))
    return `None of the ${count(all)} can be asked. What was last known is given where it is kept, with its age.`;
  const others = rest === 0 ? [] : [rest === 1 ? 'The other one works.' : `The other ${rest} work.`];
  return [...troubled.map(({ sentence }) => sentence), ...others].join(' ');
}

const at = (iso: string, nowMs: number) => moment(Date.parse(iso), nowMs);

const number = (count: number) => count.toLocaleString('en-GB');

function sinceOf(iso: string, nowMs: number): string {
  return `since ${at(iso, nowMs)}, for ${span(nowMs - Date.parse(iso))}`;
}

function backOf(expectedBack: string | null, nowMs: number): string {
  if (!expectedBack) return 'Nobody has said yet when it will be back.';
  return Date.parse(expectedBack) < nowMs
    ? `It was expected back by ${at(expectedBack, nowMs)}. No other time has been given.`
    : `Expected back by ${at(expectedBack, nowMs)}.`;
}

/** `the newest as last known at 14:05 today, the oldest at 09:00 on Monday 23 November`. */
function ages({ oldest, newest }: { oldest: string; newest: string }, nowMs: number): string {
  const [late, early] = [at(newest, nowMs), at(oldest, nowMs)];
  return late === early ? `as last known at ${late}` : `the newest as last known at ${late}, the oldest at ${early}`;
}

function keptOf(kept: NonNullable<Facts['kept']>, works: boolean, nowMs: number): string {
  const count = kept.reduce((sum, one) => sum + one.count, 0);
  if (!count)
    return works ? 'Nothing of it is kept yet.' : 'Nothing of it is kept: what it alone knows cannot be told.';
  const times = kept.flatMap(({ oldest, newest }) => (oldest && newest ? [{ oldest, newest }] : []));
  const by = (one: string, other: string) => Date.parse(one) - Date.parse(other);
  const oldest = times.map((one) => one.oldest).sort(by)[0];
  const newest = times
    .map((one) => one.newest)
    .sort(by)
    .at(-1);
  const records = `${number(count)} record${count === 1 ? '' : 's'}`;
  const how = oldest && newest ? `, ${ages({ oldest, newest }, nowMs)}` : '';
  return works ? `Kept in case it fails: ${records}${how}.` : `What is kept is given instead: ${records}${how}.`;
}

function heldOf(title: string, { alarm, since }: BackendFacts, nowMs: number): string {
  const came = `${title} came back after a long silence, ${at(since, nowMs)}`;
  if (!alarm) return `${came}, and is being compared with what was kept. Until then, the newer of both is given.`;
  const { compared, missing, older, reissued, changed, provenUpTo } = alarm;
  const are = (count: number) => `${number(count)} ${count === 1 ? 'is' : 'are'}`;
  const found = [
    ...(missing ? [`${are(missing)} missing`] : []),
    ...(older ? [`${are(older)} older than what was kept`] : []),
    ...(reissued ? [`${are(reissued)} another record under the same reference`] : []),
  ];
  return [
    `${came}, perhaps out of a backup.`,
    `Of ${number(compared)} record${compared === 1 ? '' : 's'} compared with what was kept, ${list(found)}.`,
    ...(changed ? [`${number(changed)} more differ, as people may have changed them meanwhile.`] : []),
    ...(provenUpTo ? [`It knows of changes up to ${at(provenUpTo, nowMs)}: a backup would be later than that.`] : []),
    `Found at ${at(alarm.at, nowMs)}. Until an operator decides, the newer of what it says and what was kept is given.`,
  ].join(' ');
}

function list(parts: readonly string[]): string {
  return parts.length < 2 ? (parts[0] ?? 'none is missing') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}

function serverOf(name: string, { state, since, why, cause, restorePoint }: BackendFacts, nowMs: number): string {
  const reason = why || (cause && (causes[cause] ?? cause));
  return [
    `${name} ${wordsOf(state).does}, ${sinceOf(since, nowMs)}.`,
    ...(restorePoint ? [`The copy was taken at ${at(restorePoint, nowMs)}.`] : []),
    ...(reason ? [/[.!?]$/.test(reason) ? reason : `${reason}.`] : []),
  ].join(' ');
}
