// How an operation of the tenancies system is called: the SOAP envelope, the login in every request, and what the error
// codes mean that come with status 200. Knows no operation.
import type { Clock } from '../continuity/clock.ts';
import type { Connection } from '../continuity/definition.ts';
import { flag, trimmed } from '../continuity/dirt.ts';
import { WireError } from '../continuity/errors.ts';
import { changeError, statusError, type Wire } from '../continuity/wire.ts';
import { child, element, soapAnswer, soapEnvelope, textOf, type XmlValue } from '../continuity/xml.ts';

const namespace = 'http://lintel.example/uhweb/2013/03';

/**
 * Calls an operation. Gives its result; an empty one where nothing of what was asked for is there.
 * @param question what the operation asks, as XML that is already safe.
 * @param before of an operation that changes something: awaited right before it goes out.
 */
export type Ask = (
  operation: string,
  question: string,
  signal: AbortSignal,
  before?: () => Promise<void>,
) => Promise<XmlValue>;

/** The one way to ask. */
export function openEnvelope(wire: Wire, { user, password }: Connection, clock: Clock): Ask {
  const caller =
    `<DirectUser>${element('UserName', user)}${element('UserPassword', password)}</DirectUser>` +
    `${element('SourceSystem', 'LINTEL')}${element('CompanyCode', '001')}`;
  return async (operation, question, signal, before) => {
    const reply = await wire.send({
      method: 'POST',
      path: '/HousingService.svc',
      headers: { 'Content-Type': 'text/xml; charset=utf-8', SOAPAction: `"${namespace}/${operation}"` },
      body: soapEnvelope(`<${operation} xmlns="${namespace}">${caller}${question}</${operation}>`),
      // Questions; what changes something must not be sent twice.
      repeatable: /^(Get|Search|Changed)/.test(operation),
      before,
      signal,
    });
    if (reply.status !== 200) throw (before ? changeError : statusError)(reply, clock.now());
    const result = child(soapAnswer(reply.text, `${operation}Response`), `${operation}Result`);
    const success = flag(textOf(child(result, 'Success')));
    if (result === undefined || success === null) throw new WireError('GARBLED', `${operation} without Success`);
    if (success) return result;
    const code = textOf(child(result, 'ErrorCode')).trim();
    // 3xx is "not found", which is an answer.
    if (/^3\d\d$/.test(code)) return '';
    throw failure(code, trimmed(textOf(child(result, 'RetryAfterMinutes'))));
  };
}

/** The reasons that a user may read, by error code. */
const reasons: Readonly<Record<string, string>> = {
  '210': 'The tenancies system does not accept what was asked for.',
};

const locked = 'The tenancies system has this record locked for another user. Try again in a few minutes.';
/** Whoever has a record open is done with it in a minute, or has gone to lunch. In ms. */
const lockedForMs = 60_000;

function failure(code: string, retryAfterMinutes: string | null): WireError {
  const message = /^\d{3}$/.test(code) ? `error ${code}` : 'an error without a known code';
  // 101 bad credentials, 102 locked: one more try may lock the account, or keep it locked.
  if (/^1\d\d$/.test(code)) return new WireError('CREDENTIALS', message);
  if (code === '201') return new WireError('LOCKED', message, { reason: locked, retryAfterMs: lockedForMs });
  if (/^2\d\d$/.test(code)) {
    return new WireError('REFUSAL', message, { reason: reasons[code] ?? 'The tenancies system does not allow this.' });
  }
  if (code !== '910') return new WireError('FAULT', message);
  const retryAfterMs = Number(retryAfterMinutes ?? Number.NaN) * 60_000;
  return new WireError('UNAVAILABLE', 'the overnight batch is running', retryAfterMs >= 0 ? { retryAfterMs } : {});
}
