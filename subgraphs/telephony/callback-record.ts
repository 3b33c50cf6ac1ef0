// A call-back as Lintel's own record: who asked to be rung, and how that stands. A second request by one person for one line joins
// the first: one record, one call. Knows no wire.
import type { Applicant } from '../continuity/admission.ts';
import type { Receipt } from '../continuity/intake.ts';
import type { ReceiptState } from '../continuity/mutation.ts';
import type { Own, OwnKind, OwnRecord } from '../continuity/own.ts';
import { termsOf } from '../continuity/terms.ts';
import type { CallMade, CallToMake } from './steps.ts';

/** The request that another one joins. */
export interface Joined {
  /** The record's id: that of the first request's receipt. */
  callback: string;
  /** When it was asked for, ms since 1970. */
  sinceMs: number;
  /** The number that is rung for both, E.164. */
  telephone: string;
}

/** Somebody who asks to be rung, checked. */
export interface CallbackRequest {
  /** E.164. */
  telephone: string;
  personReference: string | null;
  line: string;
  about: string | null;
  /** Absent in what was accepted before requests could join. */
  joins?: Joined | null;
}

/** Another request that joined it. */
interface JoinedRequest {
  receipt: string;
  telephone: string;
  about: string | null;
  state: ReceiptState;
}

/** A call-back as it is kept: what was asked for, and how it stands. */
export interface CallbackContent extends CallbackRequest {
  requestedAtMs: number;
  changedAtMs: number;
  /** Of the first request; of one that joined it, where that is further. */
  state: ReceiptState;
  /** Of the first request alone. Absent in what was filed before requests could join. */
  ownState?: ReceiptState;
  joined?: readonly JoinedRequest[];
  /** The exchange's identifier of the call, once it was made, and when that was written down. */
  callId?: string | null;
  appliedAtMs?: number | null;
}

/** Something may still be done about these by itself, or by a person. */
export const openStates: ReadonlySet<ReceiptState> = new Set(['QUEUED', 'SENDING', 'AMBIGUOUS', 'PARKED', 'LOST']);

export const callbacks: OwnKind<CallbackContent> = {
  changedBy: ['requestCallback'],
  idOf: ({ id, input }) => (input as CallbackRequest).joins?.callback ?? id,
  after(before, receipt) {
    const { joins = null, ...asked } = receipt.input as CallbackRequest;
    const { state, acceptedAtMs, changedAtMs } = receipt;
    const callId = madeBy(receipt);
    const appliedAtMs = state === 'APPLIED' ? changedAtMs : null;
    if (joins) {
      const record = before ?? { ...asked, ...changes(receipt), requestedAtMs: joins.sinceMs };
      const others = (record.joined ?? []).filter((each) => each.receipt !== receipt.id);
      // Where the first is forgotten, this is all there is.
      const joined = [...others, { receipt: receipt.id, telephone: asked.telephone, about: asked.about, state }];
      return summed({
        ...record,
        joined,
        callId: record.callId ?? callId,
        appliedAtMs: record.appliedAtMs ?? appliedAtMs,
      });
    }
    // Told late of how it stood before.
    const isFirst = before && (before.ownState || !before.joined);
    if (isFirst && before.changedAtMs > changedAtMs) return before;
    const content = { ...asked, requestedAtMs: acceptedAtMs, changedAtMs, state, ownState: state };
    return summed({
      ...content,
      joined: before?.joined ?? [],
      callId: callId ?? before?.callId ?? null,
      appliedAtMs: appliedAtMs ?? before?.appliedAtMs ?? null,
    });
  },
  filed: ({ state, requestedAtMs, personReference, telephone, joined = [] }) => ({
    state: openStates.has(state) ? 'OPEN' : 'CLOSED',
    place: requestedAtMs,
    terms: [
      ...termsOf('person', [personReference]),
      ...termsOf('telephone', [telephone, ...joined.map((each) => each.telephone)]),
    ],
  }),
};

const changes = ({ state, changedAtMs }: Receipt) => ({ state, changedAtMs });
const madeBy = ({ made }: Receipt): string | null => made[0]?.id ?? null;

/** How it stands in all: rung by whichever of the requests; else open where one of them is. */
function summed(content: CallbackContent): CallbackContent {
  const states = [content.ownState ?? content.state, ...(content.joined ?? []).map(({ state }) => state)];
  const state = states.find((each) => each === 'APPLIED') ?? states.find((each) => openStates.has(each)) ?? states[0];
  return { ...content, state: state as ReceiptState };
}

/** How one of the requests stands, by its receipt, as far as it is filed. */
export function stateOfRequest(content: CallbackContent, callback: string, receipt: string): ReceiptState {
  if (receipt === callback) return content.ownState ?? content.state;
  return content.joined?.find((each) => each.receipt === receipt)?.state ?? 'QUEUED';
}

/** What each of the requests was about. */
export function aboutOf({ about, joined = [] }: CallbackContent): string | null {
  const all = [about, ...joined.map((each) => each.about)].filter((each) => each !== null);
  return all.length > 0 ? [...new Set(all)].join(' / ') : null;
}

/** Who asks: the same person where both are known; else whoever has the number. */
type Asker = Pick<CallbackRequest, 'telephone' | 'personReference'>;

/** Whether two requests are one person's. */
export function isSameAsker(one: Asker, other: Asker): boolean {
  if (one.personReference && other.personReference) return one.personReference === other.personReference;
  return one.telephone === other.telephone;
}

/** Who is rung. */
export function askerOf({ number, personReference = null }: CallToMake): Asker {
  return { telephone: number, personReference };
}

async function callbacksBy(own: Own, { telephone, personReference }: Asker): Promise<OwnRecord<CallbackContent>[]> {
  const terms = [...termsOf('telephone', [telephone]), ...termsOf('person', [personReference])];
  const found = await Promise.all(terms.map((term) => own.findByTerm<CallbackContent>('callback', term)));
  return [...new Map(found.flat().map((record) => [record.id, record])).values()];
}

/** The open request that one by the same person for the same line joins; null: there is none. */
export async function openRequestOf(own: Own, asked: Asker & { line: string }): Promise<Joined | null> {
  const found = await callbacksBy(own, asked);
  const first = found.find(({ state, content }) => {
    return state === 'OPEN' && content.line === asked.line && isSameAsker(content, asked);
  });
  return first
    ? { callback: first.id, sinceMs: first.content.requestedAtMs, telephone: first.content.telephone }
    : null;
}

/** A request by the same person for the same line that settles this one: it was rung since, or dealt with by hand. Null: there is none. */
export async function servedBy(
  own: Own,
  call: CallToMake,
  { receipt, acceptedAtMs }: Pick<Applicant, 'receipt' | 'acceptedAtMs'>,
): Promise<{ state: 'APPLIED'; callId: string; atMs: number } | { state: 'SETTLED' } | null> {
  const asker = askerOf(call);
  const found = await callbacksBy(own, asker);
  for (const { id, content } of found) {
    if (id === receipt || content.line !== call.line || !isSameAsker(content, asker)) continue;
    // What was rung before this was asked for is another matter.
    const rungAtMs = content.appliedAtMs ?? content.changedAtMs;
    if (content.state === 'APPLIED' && (rungAtMs >= acceptedAtMs || id === call.joins)) {
      // Without a call's name it was a person who said that it is done.
      return content.callId ? { state: 'APPLIED', callId: content.callId, atMs: rungAtMs } : { state: 'SETTLED' };
    }
    if (content.ownState === 'SETTLED' && id === call.joins) return { state: 'SETTLED' };
  }
  return null;
}

/** The call that was made. */
export function madeCall(made: readonly unknown[]): { id: string; description: string }[] {
  // Where a person has said that it is done, nobody knows of which call.
  const calls = made.filter((each) => each !== null) as CallMade[];
  return calls.map(({ callId }) => ({ id: callId, description: 'call' }));
}
