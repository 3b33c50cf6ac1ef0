// What status.graphql says of systems, in words for people: residents and staff first, then operators. The same words
// stand on the status page and in its text. Knows neither HTML nor where the facts come from.
import type { BackendFacts, Facts } from './facts.ts';
import { moment, span } from './times.ts';

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
    back: backOf(expectedBack, sign, nowMs),
    notice: notice?.text ?? null,
    kept: kept && keptOf(kept, sign, nowMs),
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
  if (!troubled.length) return `All ${count(all)} work.`;
  if (all.every(({ sign }) => hasGone(sign)))
    return `None of the ${count(all)} can be asked. What was last known is given where it is kept, with its age.`;
  const well = all.filter(({ sign }) => sign === 'works');
  const others = well.length > 1 ? [`The other ${well.length} work.`] : well.map(({ sentence }) => sentence);
  return [...troubled.map(({ sentence }) => sentence), ...others].join(' ');
}

/** Whether it cannot be asked. */
const hasGone = (sign: Sign) => sign === 'fails' || sign === 'cut';

const at = (iso: string, nowMs: number) => moment(Date.parse(iso), nowMs);

const number = (count: number) => count.toLocaleString('en-GB');

function sinceOf(iso: string, nowMs: number): string {
  return `since ${at(iso, nowMs)}, for ${span(nowMs - Date.parse(iso))}`;
}

/** Of what cannot be asked, also that nobody knows. */
function backOf(expectedBack: string | null, sign: Sign, nowMs: number): string | null {
  if (!expectedBack) return hasGone(sign) ? 'Nobody has said yet when it will be back.' : null;
  const when = at(expectedBack, nowMs);
  if (Date.parse(expectedBack) < nowMs) return `It was expected back by ${when}. No other time has been given.`;
  return hasGone(sign) ? `Expected back by ${when}.` : `Expected to be well again by ${when}.`;
}

/** `the newest as last known at 14:05 today, the oldest at 09:00 on Monday 23 November`. */
function ages({ oldest, newest }: { oldest: string; newest: string }, nowMs: number): string {
  const [late, early] = [at(newest, nowMs), at(oldest, nowMs)];
  return late === early ? `as last known at ${late}` : `the newest as last known at ${late}, the oldest at ${early}`;
}

const keptFor: Readonly<Record<Sign, string>> = {
  works: 'Kept in case it fails',
  care: 'Kept for where it cannot be relied on',
  fails: 'What is kept is given instead',
  cut: 'What is kept is given instead',
};

function keptOf(kept: NonNullable<Facts['kept']>, sign: Sign, nowMs: number): string {
  const count = kept.reduce((sum, one) => sum + one.count, 0);
  if (!count)
    return hasGone(sign) ? 'Nothing of it is kept: what it alone knows cannot be told.' : 'Nothing of it is kept yet.';
  const times = kept.flatMap(({ oldest, newest }) => (oldest && newest ? [{ oldest, newest }] : []));
  const by = (one: string, other: string) => Date.parse(one) - Date.parse(other);
  const oldest = times.map((one) => one.oldest).sort(by)[0];
  const newest = times
    .map((one) => one.newest)
    .sort(by)
    .at(-1);
  const records = `${number(count)} record${count === 1 ? '' : 's'}`;
  const how = oldest && newest ? `, ${ages({ oldest, newest }, nowMs)}` : '';
  return `${keptFor[sign]}: ${records}${how}.`;
}

function heldOf(title: string, { alarm, since }: BackendFacts, nowMs: number): string {
  const came = `${title} came back at ${at(since, nowMs)} after a long silence`;
  if (!alarm)
    return `${came}, and is being compared with what was kept. Until that is done, the newer of both is given.`;
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
    ...(changed ? [`${number(changed)} more differ, which people may have done meanwhile.`] : []),
    ...(provenUpTo
      ? [`The latest change that it tells of is of ${at(provenUpTo, nowMs)}: a backup was taken after that.`]
      : []),
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
