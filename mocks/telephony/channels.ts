// ARI's view of a call: its channels at an instant, as JSON, and the events between two instants. The only file that
// knows a channel's fields. Knows no HTTP.
import { type Call, channelName } from './calls.ts';
import { applicationAt } from './lines.ts';
import { farExtension, RINGS_AFTER_MS } from './origination.ts';

/** A channel as every ARI answer shows it. */
export interface Channel {
  id: string;
  name: string;
  state: 'Down' | 'Ring' | 'Ringing' | 'Up';
  protocol_id: string;
  caller: { name: string; number: string };
  connected: { name: string; number: string };
  accountcode: string;
  dialplan: { context: string; exten: string; priority: number; app_name: string; app_data: string };
  creationtime: string;
  language: string;
}
/** An event without what the receiving application adds. */
export interface HappenedEvent {
  type: string;
  timestamp: string;
  channel?: Channel;
  [field: string]: unknown;
}

/** The network interface that Asterisk tells itself apart by. */
export const ASTERISK_ID = '02:fc:00:00:00:01';

/** ARI's way with an instant: `2026-11-23T20:12:45.812+0000`. */
export const ariTime = (at: number): string => new Date(at).toISOString().replace('Z', '+0000');

const NOBODY = { name: '', number: '' };

/** The call's channels at `at` (ms since the epoch); none before its start and after its end. */
export function channelsOf(call: Call, at: number): Channel[] {
  if (at < call.startAt || at >= call.endAt) return [];
  const legs = [callerLeg(call, at)];
  if (call.farId !== null) legs.push(farLeg(call, call.farId, at));
  if (
    call.agent !== null &&
    call.kind !== 'OUTBOUND' &&
    call.connectAt !== null &&
    at >= call.connectAt - call.ringMs
  ) {
    legs.push(agentLeg(call, call.agent, call.connectAt, at));
  }
  return legs;
}

function callerLeg(call: Call, at: number): Channel {
  const answered = at >= (call.answerAt ?? call.connectAt ?? call.endAt);
  const connected = call.connectAt !== null && at >= call.connectAt;
  const ringing = at >= call.startAt + RINGS_AFTER_MS ? 'Ringing' : 'Down';
  const person = { name: call.name, number: call.number };
  return {
    id: call.id,
    name: call.channel,
    state: answered ? 'Up' : call.kind === 'ORIGINATED' ? ringing : 'Ring',
    protocol_id: '',
    caller: person,
    connected: connected ? { name: '', number: call.exten } : call.kind === 'ORIGINATED' ? person : NOBODY,
    accountcode: '',
    dialplan: dialplanOf(call, at, answered),
    creationtime: ariTime(call.startAt),
    language: 'en',
  };
}

function dialplanOf(call: Call, at: number, answered: boolean): Channel['dialplan'] {
  const { context, exten } = call;
  if (call.kind === 'OUTBOUND') {
    return { context, exten, priority: 1, app_name: 'Dial', app_data: `PJSIP/${exten}@trunk,45` };
  }
  if (call.kind === 'ORIGINATED' && !answered) {
    const place = farExtension(call.channel) ?? { context: 'from-trunk', exten: '' };
    return { ...place, priority: 1, app_name: 'AppDial2', app_data: '(Outgoing Line)' };
  }
  if (call.app !== null) return { context, exten: '', priority: 1, app_name: 'Stasis', app_data: call.app };
  if (call.kind === 'INBOUND' && at < (call.enterAt ?? call.endAt)) {
    return { context, exten, priority: 2, app_name: 'BackGround', app_data: 'lintel-menu' };
  }
  const application = applicationAt(exten, context);
  const priority = call.kind === 'INBOUND' ? 3 : 1;
  return { context, exten, priority, app_name: application?.name ?? '', app_data: application?.data ?? '' };
}

/** The ;2 half of a Local channel: it runs the extension that the endpoint names. */
function farLeg(call: Call, id: string, at: number): Channel {
  const [exten = '', context = 'default'] = call.channel
    .replace(/^Local\//, '')
    .replace(/-[0-9a-f]+;1$/, '')
    .split('@');
  const application = applicationAt(exten, context);
  return {
    id,
    name: call.channel.replace(/1$/, '2'),
    state: call.answerAt !== null && at >= call.answerAt ? 'Up' : 'Ring',
    protocol_id: '',
    caller: { name: call.name, number: call.number },
    connected: { name: call.name, number: call.number },
    accountcode: '',
    dialplan: {
      context,
      exten,
      priority: 1,
      app_name: application?.name ?? 'Dial',
      app_data: application?.data ?? `PJSIP/${exten}@trunk,45`,
    },
    creationtime: ariTime(call.startAt),
    language: 'en',
  };
}

function agentLeg(call: Call, agent: string, connectAt: number, at: number): Channel {
  return {
    id: call.agentId,
    name: channelName(agent, Number(call.agentId.split('.')[1])),
    state: at >= connectAt ? 'Up' : 'Ringing',
    protocol_id: '',
    caller: { name: '', number: call.exten },
    connected: { name: call.name, number: call.number },
    accountcode: '',
    dialplan: { context: 'default', exten: '', priority: 1, app_name: 'AppQueue', app_data: '(Outgoing Line)' },
    creationtime: ariTime(connectAt - call.ringMs),
    language: 'en',
  };
}

const CAUSES: Readonly<Record<Call['cause'], string>> = {
  0: 'Unknown',
  16: 'Normal Clearing',
  17: 'User busy',
  19: 'User alerting, no answer',
};
/** Not a Q.850 cause: how Asterisk says that somebody asked for the hang-up. */
const ASKED_FOR = 32;

/**
 * ARI's events of the instant `at`, found as Asterisk finds them: by comparing each channel with itself before. Of the
 * many that a real one sends these are the ones that tell a call's course; `Dial` and `DeviceStateChanged` have no
 * `channel`.
 */
export function eventsAt(call: Call, at: number): HappenedEvent[] {
  const before = channelsOf(call, at - 1);
  const after = channelsOf(call, at);
  const timestamp = ariTime(at);
  const events = after.flatMap((channel) =>
    changesOf(
      before.find(({ id }) => id === channel.id),
      channel,
      timestamp,
    ),
  );
  const [caller] = after;
  if (call.kind === 'ORIGINATED' && caller !== undefined && before[0]?.state !== caller.state) {
    const dialstatus = { Down: '', Ring: '', Ringing: 'RINGING', Up: 'ANSWER' }[caller.state];
    const dialstring = call.channel.replace(/^[^/]+\//, '').replace(/-[0-9a-f]{8}(;1)?$/, '');
    events.push({ type: 'Dial', timestamp, dialstatus, forward: '', dialstring, peer: caller });
  }
  if (call.line !== null && at === call.enterAt && at < call.endAt) {
    const device_state = { name: `Queue:${call.line}`, state: 'RINGING' };
    events.push({ type: 'DeviceStateChanged', timestamp, device_state });
  }
  for (const channel of before.filter(({ id }) => !after.some((one) => one.id === id))) {
    const asked = call.endedBy === 'REQUEST' && channel.id === call.id;
    events.push({
      type: 'ChannelHangupRequest',
      timestamp,
      cause: asked ? ASKED_FOR : call.cause,
      soft: true,
      channel,
    });
    events.push({ type: 'ChannelDestroyed', timestamp, cause: call.cause, cause_txt: CAUSES[call.cause], channel });
  }
  return events;
}

function changesOf(past: Channel | undefined, channel: Channel, timestamp: string): HappenedEvent[] {
  if (past === undefined) return [{ type: 'ChannelCreated', timestamp, channel }];
  const events: HappenedEvent[] = [];
  if (past.state !== channel.state) events.push({ type: 'ChannelStateChange', timestamp, channel });
  const { app_name: app, app_data: data } = channel.dialplan;
  if (past.dialplan.app_name !== app) {
    events.push({ type: 'ChannelDialplan', timestamp, dialplan_app: app, dialplan_app_data: data, channel });
  }
  if (past.connected.number !== channel.connected.number)
    events.push({ type: 'ChannelConnectedLine', timestamp, channel });
  return events;
}
