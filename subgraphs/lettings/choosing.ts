// How an offer is accepted, an exchange applied for and a bid placed in the lettings system. Each is recognised by the
// system itself when it is asked for again. Knows the calls; knows no session.
import { z } from 'zod';
import { WireError } from '../continuity/errors.ts';
import type { StepContext } from '../continuity/mutation.ts';
import { checked, jsonOrNothing, type WireReply, type WireRequest } from '../continuity/wire.ts';
import type { LettingsLookUps } from './look-ups.ts';
import type { LettingsSteps } from './steps.ts';

const text = z.union([z.string(), z.number()]).transform(String).pipe(z.string().trim().min(1));
const said = z.object({ code: z.string().catch('') }).catch({ code: '' });
const exchange = z.object({ exchRef: text });
const bid = z.object({ bidNo: text, position: z.coerce.number().int().positive().nullish().catch(null) });
/** What the answer to a repeat says of the bid is not promised. */
const bidBefore = bid.partial().catch({});

/** What was answered: done, or the system's own code for why not. */
interface Answered {
  code: 'DONE' | (string & {});
  content: unknown;
}

/** With these it says no to what was asked, where it says so in its own words. */
const refusing: ReadonlySet<number> = new Set([400, 403, 404, 409, 422]);

/** Why not, in words for whoever asked. */
const reasons: Readonly<Record<string, string>> = {
  OFFER_WITHDRAWN: 'This offer has been withdrawn and can no longer be accepted.',
  CYCLE_CLOSED: 'Bidding for this home has closed.',
  NOT_FOUND: 'The lettings system has nothing under this reference.',
  NOT_ELIGIBLE: 'This application cannot bid for this home.',
};

/**
 * The changes that the lettings system can be asked for.
 * @param send sends in the session.
 * @param failureOf what a reply means that is no success.
 */
export function lettingsSteps(
  backend: string,
  send: (request: WireRequest) => Promise<WireReply>,
  failureOf: (reply: WireReply) => WireError,
  lookUps: Pick<LettingsLookUps, 'acceptOffer' | 'applyForExchange'>,
): LettingsSteps {
  async function post(
    path: string,
    message: object,
    { reference, sending }: StepContext,
    signal: AbortSignal,
  ): Promise<Answered> {
    const body = JSON.stringify({ clientRef: reference, ...message });
    const headers = { 'Content-Type': 'application/json' };
    const reply = await send({ method: 'POST', path, headers, body, before: sending, signal });
    if (reply.status === 200 || reply.status === 201) return { code: 'DONE', content: jsonOrNothing(reply) };
    const content = refusing.has(reply.status) ? bodyOf(reply) : undefined;
    const { code } = said.parse(content);
    if (code) return { code, content };
    throw failureOf(reply);
  }

  return {
    acceptOffer: {
      backend,
      repeat: 'KEY',
      lookUp: lookUps.acceptOffer,
      async apply({ offerNumber }, step, signal) {
        const number = offerNumber.trim();
        const { code } = await post(`/offers/${encodeURIComponent(number)}/acceptance`, {}, step, signal);
        // Made to one applicant, and accepted once: by whichever way, it is theirs.
        if (code === 'DONE' || code === 'ALREADY_ACCEPTED') return { offerNumber: number };
        throw refusal('an offer that was not accepted', code);
      },
    },
    applyForExchange: {
      backend,
      repeat: 'KEY',
      lookUp: lookUps.applyForExchange,
      async apply({ legs }, step, signal) {
        const message = {
          legs: legs.map((leg) => ({
            personRef: leg.personReference.trim(),
            fromPropRef: leg.fromPropertyReference.trim(),
            toPropRef: leg.toPropertyReference.trim(),
            agreed: leg.agreed ? 'Y' : 'N',
          })),
        };
        const { code, content } = await post('/exchanges', message, step, signal);
        if (code !== 'DONE' && code !== 'DUPLICATE_REF') throw refusal('an exchange that was not taken', code);
        return { exchangeReference: checked(exchange, content).exchRef };
      },
    },
    placeBid: {
      backend,
      repeat: 'KEY',
      noLookUp: 'The lettings system cannot be asked for a bid.',
      async apply({ applicationReference, advertNumber }, step, signal) {
        const message = { appRef: applicationReference.trim(), advertNo: advertNumber.trim() };
        const { code, content } = await post('/bids', message, step, signal);
        if (code !== 'DONE' && code !== 'DUPLICATE_REF') throw refusal('a bid that was not taken', code);
        const placed = code === 'DONE' ? checked(bid, content) : bidBefore.parse(content);
        return { bidNumber: placed.bidNo ?? null, position: placed.position ?? null };
      },
    },
  };
}

function refusal(message: string, code: string): WireError {
  return new WireError('REFUSAL', message, { reason: reasons[code] ?? 'The lettings system does not accept this.' });
}

/** The JSON of a reply that may be a page of something else. */
function bodyOf(reply: WireReply): unknown {
  try {
    return jsonOrNothing(reply);
  } catch {
    return undefined; // Then its status alone says what it means.
  }
}
