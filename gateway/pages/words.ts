// What status.graphql says of systems, in words for residents and those who read them out. The same words stand on the
// status page and in its text. Nothing for operators: no alarm, no count, no server, no reason why. Knows neither HTML nor
// where the facts come from.
import type { Facts } from './facts.ts';
import { moment } from './times.ts';

/** How a state looks, besides its words: a sign, and a colour that says nothing which the sign does not. */
export type Sign = 'works' | 'care' | 'fails' | 'cut';

/** What is said of one system. Sentences are plain text; none is said of two systems. */
export interface Said {
  name: string;
  title: string;
  state: string;
  sign: Sign;
  /** `Repairs does not answer.` */
  sentence: string;
  /** `Does not answer` */
  headline: string;
  /** `since 3:43pm today`; null where the notice says it. */
  since: string | null;
  sinceAt: string;
  /** What residents are told, sentence by sentence, but for what is said of others too. */
  notice: readonly string[];
  /** When service is expected back; null where it works, and where the notice says it. */
  back: string | null;
}

const states: Readonly<Record<string, { sign: Sign; headline: string; does: string }>> = {
  OPERATIONAL: { sign: 'works', headline: 'Works', does: 'works' },
  DEGRADED: { sign: 'care', headline: 'Works with trouble', does: 'works with trouble' },
  DOWN: { sign: 'fails', headline: 'Does not answer', does: 'does not answer' },
  ISOLATED: { sign: 'cut', headline: 'Out of use', does: 'is out of use' },
  READ_ONLY: { sign: 'care', headline: 'Not complete yet', does: 'is not complete yet' },
  HELD: { sign: 'care', headline: 'Back, but not relied on yet', does: 'is back, but not relied on yet' },
  RECONCILING: { sign: 'care', headline: 'Being brought up to date', does: 'is being brought up to date' },
};

/** Some of it is as it should be, or nearly so: nobody is to think that all of it is gone. */
const inPart = { sign: 'care' as const, headline: 'Works in part', does: 'works in part' };

/** A system is as bad as its worst server. */
function wordsOf({ state, backends }: Pick<Facts, 'state' | 'backends'>) {
  const reached = (of: { state: string }) => of.state === 'OPERATIONAL' || of.state === 'DEGRADED';
  if (!reached({ state }) && backends.some(reached)) return inPart;
  return states[state] ?? { sign: 'care' as const, headline: state, does: `is ${state}` };
}

/** Everything that is said of systems, in their order; and before it, what would be said of more than one of them. */
export interface SaidOfAll {
  systems: readonly Said[];
  shared: readonly string[];
}

export function saidOfAll(all: readonly Facts[], nowMs: number): SaidOfAll {
  const told = all.flatMap(({ notice }) => notice?.sentences ?? []);
  const shared = new Set(told.filter((sentence, index) => told.indexOf(sentence) !== index));
  return { systems: all.map((facts) => said(facts, nowMs, shared)), shared: [...shared] };
}

/** Everything that is said of a system. @param shared what is said of others too, and elsewhere. */
function said(facts: Facts, nowMs: number, shared: ReadonlySet<string>): Said {
  const { name, state, since, expectedBack, notice } = facts;
  const title = name.charAt(0).toUpperCase() + name.slice(1);
  const { sign, headline, does } = wordsOf(facts);
  const own = notice !== null && !notice.written;
  return {
    name,
    title,
    state,
    sign,
    headline,
    sentence: `${title} ${does}.`,
    since: own && saysSince.has(state) ? null : `since ${at(since, nowMs)}`,
    sinceAt: since,
    notice: (notice?.sentences ?? []).filter((sentence) => !shared.has(sentence)),
    back: own ? null : backOf(expectedBack, sign, nowMs),
  };
}

/** States of which Lintel's own words say since when. */
const saysSince: ReadonlySet<string> = new Set(['DOWN', 'ISOLATED']);

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

/** Of what cannot be asked, also that nobody knows. */
function backOf(expectedBack: string | null, sign: Sign, nowMs: number): string | null {
  if (sign === 'works') return null;
  if (!expectedBack) return hasGone(sign) ? 'We do not know yet when it will be back.' : null;
  const when = at(expectedBack, nowMs);
  if (Date.parse(expectedBack) < nowMs) return `It was expected back by ${when}. No other time has been given.`;
  return hasGone(sign) ? `Expected back by ${when}.` : `Expected to be well again by ${when}.`;
}
