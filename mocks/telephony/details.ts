// Call detail records as cdr_csv writes them into Master.csv: eighteen quoted columns, London time, no header. Knows the
// columns; knows no HTTP and no queue_log.
import { type Call, channelName } from './calls.ts';
import { applicationAt } from './lines.ts';
import { farExtension } from './origination.ts';

const offsets = new Map<number, number>();
/** London wall-clock time as the records write it: `2026-11-23 20:12:45`. */
export function localTime(at: number): string {
  // Temporal costs microseconds, and an offset holds for a whole hour
  const hour = Math.floor(at / 3_600_000);
  const offset =
    offsets.get(hour) ??
    Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO('Europe/London').offsetNanoseconds / 1_000_000;
  offsets.set(hour, offset);
  return new Date(at + offset).toISOString().slice(0, 19).replace('T', ' ');
}

/** What differs between the records of one call. */
interface Leg {
  readonly src: string;
  readonly dst: string;
  readonly context: string;
  readonly channel: string;
  readonly peer: string;
  readonly application: { readonly name: string; readonly data: string };
  readonly uniqueid: string;
}

const NOTHING = { name: '', data: '' };

/** The lines of one call that is over: one, and a second for the far half of a Local channel. */
export function detailsOf(call: Call): string {
  return legsOf(call)
    .map((leg) => `${rowOf(call, leg)}\n`)
    .join('');
}

function legsOf(call: Call): Leg[] {
  const { channel, number, exten, context, id } = call;
  const agentCounter = Number(call.agentId.split('.')[1]);
  const application = applicationAt(exten, context) ?? NOTHING;
  if (call.kind === 'OUTBOUND') {
    const src = call.agent?.replace('PJSIP/', '') ?? '';
    const peer = channelName('PJSIP/trunk', agentCounter);
    const dial = { name: 'Dial', data: `PJSIP/${exten}@trunk,45` };
    return [{ src, dst: exten, context, channel, peer, application: dial, uniqueid: id }];
  }
  const peer = call.agent === null ? '' : channelName(call.agent, agentCounter);
  const near = { src: number, dst: exten, context, channel, peer, application, uniqueid: id };
  if (call.kind === 'INBOUND') return [near];
  const far = farExtension(channel);
  const reached: Leg = call.app === null ? near : { ...near, application: { name: 'Stasis', data: call.app } };
  const dialled: Leg = {
    ...near,
    dst: far?.exten ?? '',
    context: far?.context ?? 'from-trunk',
    application: { name: 'AppDial2', data: '(Outgoing Line)' },
  };
  const legs = [call.answerAt === null ? dialled : reached];
  if (far === null || call.farId === null) return legs;
  const [dst, ran] = [far.exten, applicationAt(far.exten, far.context) ?? NOTHING];
  return [
    ...legs,
    {
      ...near,
      dst,
      context: far.context,
      channel: channel.replace(/1$/, '2'),
      peer: '',
      application: ran,
      uniqueid: call.farId,
    },
  ];
}

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;

function rowOf(call: Call, leg: Leg): string {
  const answerAt = call.answerAt ?? call.connectAt;
  // cut off, not rounded, and from the milliseconds: one less than the columns' difference now and then
  const seconds = (from: number | null) => (from === null ? 0 : Math.floor((call.endAt - from) / 1_000));
  return [
    quoted(''),
    quoted(leg.src),
    quoted(leg.dst),
    quoted(leg.context),
    quoted(`"${call.name}" <${leg.src}>`),
    quoted(leg.channel),
    quoted(leg.peer),
    quoted(leg.application.name),
    quoted(leg.application.data),
    quoted(localTime(call.startAt)),
    answerAt === null ? '' : quoted(localTime(answerAt)),
    quoted(localTime(call.endAt)),
    seconds(call.startAt),
    seconds(answerAt),
    quoted(call.disposition),
    quoted('DOCUMENTATION'),
    quoted(leg.uniqueid),
    quoted(''),
  ].join(',');
}
