// Welfare campaigns: vulnerable residents rung one after another while other systems are down. Campaigns, calls and outcomes are
// Lintel's own records, made out of what is kept of people. Knows no wire.
import type * as schema from '../../schema/generated/telephony.ts';
import { openForm, shapes } from '../continuity/form.ts';
import type { Mutation } from '../continuity/mutation.ts';
import type { OwnKind } from '../continuity/own.ts';
import { termsOf } from '../continuity/terms.ts';
import { numberProblem } from './allowed-numbers.ts';
import { madeCall } from './callback-record.ts';
import { ringing } from './callbacks.ts';
import { lineIn } from './known-lines.ts';
import { switchboardSetting } from './settings.ts';
import { type CallToMake, ringSeconds } from './steps.ts';

/** Whom to ring, checked. */
interface Start {
  name: string;
  line: string;
  /** Null: whatever the reason. */
  reasons: readonly schema.WelfareReason[] | null;
}

/** A campaign as it is kept. */
export interface CampaignContent extends Start {
  startedAtMs: number;
  /** Whether its list is complete. */
  listed: boolean;
  /** The oldest that anything is which the list was made of, ms since 1970. */
  oldestMs: number | null;
}

/** Who makes the next calls, checked. */
export interface Next {
  campaign: string;
  count: number;
  takenBy: string;
}

/** A call to ring, with what is known of it. */
interface Ring extends CallToMake {
  call: string;
  personReference: string;
}

/** What came of a call, checked. */
interface Outcome {
  call: string;
  /** Whose call it is, by the call. */
  personReference: string | null;
  outcome: schema.WelfareOutcome;
  note: string | null;
  at: string | null;
}

/** A call as it is kept: what was known of the resident when the campaign began, and what came of it. */
export interface CallContent {
  campaign: string;
  personReference: string;
  name: string | null;
  telephoneNumbers: readonly string[];
  reasons: readonly schema.WelfareReason[];
  need: number;
  asOfMs: number;
  taken: { by: string; atMs: number } | null;
  /** Each time that somebody tried: of a receipt, once. */
  tries: readonly { receipt: string; outcome: schema.WelfareOutcome; note: string | null; atMs: number }[];
}

/** Who is not reached after so many times has to be called on. */
const mostTries = 3;
/** More than any need: who did not answer comes up again after all who have not been rung. */
const afterOthers = 1_000;

export const campaigns: OwnKind<CampaignContent> = {
  changedBy: ['startWelfareCampaign'],
  idOf: ({ id }) => id,
  after: (before, { input, acceptedAtMs }) =>
    before ?? { ...(input as Start), startedAtMs: acceptedAtMs, listed: false, oldestMs: null },
  filed: ({ listed, startedAtMs }) => ({ state: listed ? 'CALLING' : 'LISTING', place: -startedAtMs }),
};

export const welfareCalls: OwnKind<CallContent> = {
  changedBy: ['recordWelfareOutcome'],
  idOf: ({ input }) => (input as Outcome).call,
  after(before, { id, input, acceptedAtMs }) {
    if (!before || before.tries.some(({ receipt }) => receipt === id)) return before;
    const { outcome, note, at } = input as Outcome;
    const tried = { receipt: id, outcome, note, atMs: at ? Date.parse(at) : acceptedAtMs };
    return { ...before, taken: null, tries: [...before.tries, tried] };
  },
  filed: (call) => ({
    state: stateOfCall(call),
    place: call.tries.length * afterOthers - call.need,
    within: call.campaign,
    terms: termsOf('person', [call.personReference]),
  }),
};

/** What was handed out, by the receipt of it: the same key gives the same calls. */
export const handouts: OwnKind<{ calls: readonly string[]; campaign: string }> = {
  changedBy: [],
  idOf: () => null,
  after: (before) => before,
  filed: ({ campaign }) => ({ state: 'DONE', place: 0, within: campaign }),
};

/** How a call stands. */
export function stateOfCall({ taken, tries }: CallContent): schema.WelfareCallState {
  const last = tries.at(-1);
  if (last && (last.outcome !== 'NO_ANSWER' || tries.length >= mostTries)) return 'DONE';
  return taken ? 'TAKEN' : 'WAITING';
}

/** What every one of these has in common: Lintel's own, done once it is written down. */
const own = { terms: () => [], steps: () => [], whileDown: 'QUEUE' } as const;

export const startWelfareCampaign: Mutation<Start> = {
  ...own,
  check(given, { now, settings }) {
    const form = openForm(given, now());
    return form.filled<Start>({
      name: form.text('name', 100),
      line: lineIn(form, form.value<string[]>('lines'), settings?.switchboard),
      reasons: form.value<schema.WelfareReason[]>('reasons'),
    });
  },
  entity: () => 'campaigns',
  sentences: () => ({ QUEUED: 'The campaign is noted.', APPLIED: 'The campaign has begun: its list is being made.' }),
  says: ({ name, line, reasons }) => ({ name, line, ...(reasons && { reasons: reasons.join(', ').toLowerCase() }) }),
};

export const nextWelfareCalls: Mutation<Next> = {
  ...own,
  check(given, { now }) {
    const form = openForm(given, now());
    const count = form.value<number>('count') ?? 1;
    if (count < 1 || count > 20) form.wrong('count', `is ${count}; it must be between 1 and 20.`);
    return form.filled<Next>({
      campaign: form.reference('campaign', shapes.own),
      count,
      takenBy: form.text('takenBy', 100),
    });
  },
  entity: ({ campaign }) => `campaign/${campaign}`,
  sentences: () => ({ QUEUED: 'This is noted.', APPLIED: 'These calls are yours for half an hour.' }),
  says: ({ takenBy }) => ({ 'calls for': takenBy }),
};

export const ringWelfareCall: Mutation<Ring> = {
  check(given, { settings }) {
    const { others = [], ...ring } = given as Ring & { others?: readonly string[] };
    // The call's numbers are looked up once the rest is known to be right.
    if (ring.number === undefined) return ring;
    const allowed = switchboardSetting('ALLOWED_NUMBERS', settings?.switchboard);
    const number = [ring.number, ...others].find((each) => !numberProblem(each, allowed));
    if (number) return { ...ring, number };
    const problem = numberProblem(ring.number, allowed);
    return {
      problems: [{ field: 'call', message: `has a telephone number that is not rung from here: it ${problem}` }],
    };
  },
  entity: ({ number }) => `telephone/${number}`,
  terms: ({ number, personReference }) => [...termsOf('telephone', [number]), ...termsOf('person', [personReference])],
  steps: ({ number, line, personReference }) => [ringing({ number, line, personReference, purpose: 'WELFARE' })],
  // Whoever makes the call waits for it, and has another telephone.
  whileDown: { refuse: 'The telephone system cannot ring anybody just now. Please ring from another telephone.' },
  sentences: (_input, at) => ({
    QUEUED: 'The resident is about to be rung.',
    SENDING: 'The resident is being rung.',
    APPLIED:
      at?.appliedAtMs != null && at.nowMs - at.appliedAtMs < ringSeconds * 1_000
        ? 'The resident is being rung now.'
        : 'The resident was rung. Whether they answered, the outcome of the call tells.',
    REFUSED: 'The resident has not been rung.',
    AMBIGUOUS: 'The resident may have been rung. Please do not ring again at once.',
  }),
  says: ({ number, line }) => ({ telephone: number, line }),
  made: madeCall,
};

export const recordWelfareOutcome: Mutation<Outcome> = {
  ...own,
  check(given, { now }) {
    const form = openForm(given, now());
    const outcome = form.value<schema.WelfareOutcome>('outcome') ?? 'NO_ANSWER';
    const note = form.note('note', 1_000);
    if (outcome === 'NEEDS_HELP' && !note) form.wrong('note', 'is blank; say what help is needed.');
    return form.filled<Outcome>({
      call: form.reference('call', shapes.own),
      personReference: form.value<string>('personReference'),
      outcome,
      note,
      at: form.past('at'),
    });
  },
  entity: ({ call }) => `call/${call}`,
  terms: ({ personReference }) => termsOf('person', [personReference]),
  sentences: () => ({ QUEUED: 'The outcome is noted.', APPLIED: 'The outcome is on record.' }),
  says: ({ outcome, note }) => ({ outcome: outcome.toLowerCase().replaceAll('_', ' '), ...(note && { note }) }),
};
