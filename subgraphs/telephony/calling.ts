// How the exchange is asked to ring somebody and join them to a line, and how it is known that it was. Knows the request;
// knows no login.
import { z } from 'zod';
import type { Clock } from '../continuity/clock.ts';
import { type Connection, settingOf } from '../continuity/definition.ts';
import { WireError } from '../continuity/errors.ts';
import type { Step } from '../continuity/mutation.ts';
import { changeError, checked, json, statusError, type WireReply } from '../continuity/wire.ts';
import { numberProblem } from './allowed-numbers.ts';
import { extensionProblem } from './known-lines.ts';
import { extensionOf, switchboardSettings } from './settings.ts';
import { type CallMade, type CallToMake, ringSeconds, type TelephonySteps } from './steps.ts';

/** So long the records are waited for, in ms, when a call is looked for: past it they are read to the end all the same. */
const recordsPatienceMs = 1_500;

const channel = z.object({ id: z.string() });

/** What these steps ask the wires. */
export interface Exchange {
  /** Asks the REST interface; gives the reply whatever its status. */
  send(method: 'GET' | 'POST', path: string, signal: AbortSignal, before?: () => Promise<void>): Promise<WireReply>;
  /** Whether the records have a call. Throws WireError. */
  recorded(callId: string, signal: AbortSignal): Promise<boolean>;
  /** Which of some calls the records have. Throws WireError. */
  recordedOf(callIds: readonly string[], signal: AbortSignal): Promise<ReadonlySet<string>>;
  /** Whether the records had a call and have lost it to a backup. */
  lost(callId: string): boolean;
}

/** The records are read as a whole, however many calls are looked for. */
const callsALook = 1_000;

/** The changes that the exchange can be asked for. */
export function telephonySteps(exchange: Exchange, connection: Connection, clock: Clock): TelephonySteps {
  const { send } = exchange;
  const setting = (name: keyof typeof switchboardSettings) => settingOf(switchboardSettings, name, connection);

  /** Asks the records. That these cannot be had says nothing of the call, and is nothing against the exchange. */
  async function recorded(callId: string, signal: AbortSignal): Promise<boolean> {
    const patience = new AbortController();
    const late = () => patience.abort(new WireError('TIMEOUT', 'no records in time'));
    const cancel = clock.after(recordsPatienceMs, late);
    try {
      return await exchange.recorded(callId, AbortSignal.any([signal, patience.signal]));
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      const failure = error instanceof WireError ? error.failure : String(error);
      throw new WireError('REFUSAL', `the records of calls: ${failure}`, {
        reason: 'The records of calls cannot be looked at, so nobody knows whether this call was made.',
      });
    } finally {
      cancel();
    }
  }

  const originate: Step<CallToMake, CallMade> = {
    backend: 'switchboard',
    repeat: 'NEVER',
    lookUp: {
      backend: 'records',
      recordOnly: true,
      limit: callsALook,
      async look(applied, signal) {
        const calls = applied.map(({ made, reference, seen }) => ({ callId: made?.callId ?? reference, seen }));
        const there = await exchange.recordedOf(
          calls.map(({ callId }) => callId),
          signal,
        );
        // Not every site records our calls: one of which nobody has ever seen a record has lost none.
        return calls.map(({ callId, seen }) =>
          there.has(callId) ? 'THERE' : seen || exchange.lost(callId) ? 'MISSING' : 'UNTOLD',
        );
      },
    },
    async apply({ number, line }, step, signal) {
      // Looked at once more where it is dialled, whatever was looked at before: what is dialled is paid for by the landlord.
      const wrongNumber = numberProblem(number, setting('ALLOWED_NUMBERS'));
      const wrongLine = extensionProblem(line, connection.settings);
      if (wrongNumber || wrongLine) {
        const reason = wrongNumber ? `The number ${wrongNumber}` : `The line ${line} ${wrongLine}`;
        throw new WireError('REFUSAL', 'a number or a line that is not to be rung', { reason });
      }
      const query = new URLSearchParams({
        endpoint: setting('DIAL').replace('{number}', number),
        extension: extensionOf(line, setting('EXTENSIONS')),
        context: setting('CONTEXT'),
        callerId: setting('CALLER_ID'),
        timeout: String(ringSeconds),
        channelId: step.reference,
      });
      const reply = await send('POST', `/ari/channels?${query}`, signal, step.sending);
      // The exchange has a call of this name: ours, and it is ringing or talking.
      if (reply.status === 409) return { callId: step.reference };
      if (reply.status !== 200) throw failureOf(reply, clock);
      // Its own id, and no other: else nobody could tell afterwards whether it was made.
      const { id } = checked(channel, json(reply));
      if (id !== step.reference) throw new WireError('GARBLED', 'a channel of another name than asked for');
      return { callId: id };
    },
    async find(_input, { reference }, signal) {
      const reply = await send('GET', `/ari/channels/${encodeURIComponent(reference)}`, signal);
      if (reply.status === 200) {
        const { id } = checked(channel, json(reply));
        if (id !== reference) throw new WireError('GARBLED', 'another channel than asked for');
        return { callId: reference };
      }
      if (reply.status !== 404) throw statusError(reply, clock.now());
      return (await recorded(reference, signal)) ? { callId: reference } : undefined;
    },
  };
  return { originate };
}

function failureOf(reply: WireReply, clock: Clock): WireError {
  // 400 is the exchange's own; 403 would be of an account that may not ring anybody, whichever number it is.
  if (reply.status !== 400 || !/json/i.test(String(reply.headers['content-type']))) {
    return changeError(reply, clock.now());
  }
  return new WireError('REFUSAL', 'status 400', { reason: 'The telephone exchange cannot ring this number.' });
}
