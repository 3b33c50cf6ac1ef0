// A call that somebody asks the switchboard to make (ARI's originate), and how it will go. Knows no HTTP.
import { type Call, channelName, uniqueId } from './calls.ts';
import { applicationAt, type Fate, type Line, lineAt } from './lines.ts';
import { nationalOf } from './numbers.ts';

/** What is asked for. */
export interface Origination {
  /** `technology/resource`. */
  readonly endpoint: string;
  readonly exten: string;
  readonly context: string;
  /** The ARI application to hand the answered call to, and its arguments after commas; null: the dialplan takes it. */
  readonly app: string | null;
  readonly number: string;
  readonly name: string;
  /** How long it may ring, in ms. */
  readonly timeoutMs: number;
  /** The caller's own id for the channel; null: ours. */
  readonly id: string | null;
  /** The same for the far half of a Local channel. */
  readonly farId: string | null;
}

/** A resident's telephone rings so long before it is answered. */
const PICKS_UP_MS = 4_000;
/** The network takes so long to make a telephone ring. */
export const RINGS_AFTER_MS = 300;
/** An extension of our own answers, or turns out not to exist, within this. */
const ANSWERS_MS = 20;

/** What a Local channel's far half runs: extension and context out of `Local/300@default`. Null: not a Local channel. */
export function farExtension(endpoint: string): { exten: string; context: string } | null {
  const [, exten, context = 'default'] = /^local\/([^@;]+?)(?:@([^-;]+))?(?:-[0-9a-f]{8};1)?$/i.exec(endpoint) ?? [];
  return exten === undefined ? null : { exten, context };
}
/** An ARI application keeps a call so long, if nobody hangs up. */
const KEPT_BY_APP_MS = 600_000;

/**
 * The course of the call. A telephone number that ends in 9 is never answered, so that callers can be tried against
 * somebody who is out; every other is. `join` puts the answered call into a line.
 */
export function courseOf(
  wanted: Origination,
  startAt: number,
  counter: number,
  join: (line: Line, enterAt: number) => Fate,
): Call {
  const resource = wanted.endpoint.slice(wanted.endpoint.indexOf('/') + 1);
  const telephone = nationalOf(resource) ?? nationalOf(`+${resource}`);
  const far = farExtension(wanted.endpoint);
  // The far half is dialled by the context that it names: one without a way out rings nobody.
  const shut = far?.context === 'queues';
  const nowhere = far !== null && (telephone === null || shut) && applicationAt(far.exten, far.context) === null;
  const rings = telephone === null ? ANSWERS_MS : PICKS_UP_MS;
  const out = telephone?.endsWith('9') === true || rings > wanted.timeoutMs;
  const answerAt = nowhere || out ? null : startAt + rings;
  const line = wanted.app === null && answerAt !== null ? lineAt(wanted.exten) : undefined;
  const fate = line === undefined || answerAt === null ? null : join(line, answerAt);
  // at an extension that is not there Asterisk hangs up at once
  const keptMs = wanted.app === null ? applicationAt(wanted.exten, wanted.context)?.keptMs : KEPT_BY_APP_MS;
  const ringsUntil = startAt + (nowhere ? ANSWERS_MS : wanted.timeoutMs);
  const id = wanted.id ?? uniqueId(startAt, counter);
  const name = channelName(far !== null ? wanted.endpoint : wanted.endpoint.replace(/^([^/]+)\/.*@/, '$1/'), counter);
  return {
    id,
    agentId: uniqueId(startAt, counter + 1),
    farId: far === null ? null : (wanted.farId ?? `${id};2`),
    kind: 'ORIGINATED',
    channel: far === null ? name : `${name};1`,
    number: wanted.number,
    name: wanted.name,
    context: wanted.context,
    exten: wanted.exten,
    app: wanted.app,
    line: line?.name ?? null,
    startAt,
    answerAt,
    enterAt: fate === null ? null : answerAt,
    position: fate?.position ?? 0,
    agent: fate?.agent ?? null,
    ringMs: fate?.ringMs ?? 0,
    connectAt: fate?.connectAt ?? null,
    endAt: fate?.leaveAt ?? (answerAt === null ? ringsUntil : answerAt + (keptMs ?? ANSWERS_MS)),
    endedBy: fate?.endedBy ?? 'CALLER',
    disposition: nowhere ? 'FAILED' : answerAt === null ? 'NO ANSWER' : 'ANSWERED',
    cause: nowhere || (answerAt !== null && keptMs === undefined) ? 0 : answerAt === null ? 19 : 16,
  };
}
