// The telephone system's wires: Asterisk's REST interface and its call records here, its manager interface in mxml.ts.
// Knows URLs, logins and limits; what comes over them is in queue.ts, cdr.ts and queuelog.ts.
import { z } from 'zod';
import type { LiveCall, WaitingCaller } from '../../schema/generated/telephony.ts';
import type { Clock } from '../continuity/clock.ts';
import { type Adapter, type Connection, keyOf, type Read, type Recorded } from '../continuity/definition.ts';
import { londonWallClock } from '../continuity/dirt.ts';
import { WireError } from '../continuity/errors.ts';
import type { Known } from '../continuity/fields.ts';
import { readOne } from '../continuity/keys.ts';
import type { Verbs } from '../continuity/loaders.ts';
import { termsOf } from '../continuity/terms.ts';
import { checked, json, openWire, statusError, type Wire, type WireRequest } from '../continuity/wire.ts';
import { telephonySteps } from './calling.ts';
import { betterRecord, type CallValue, callOf, callRecords } from './cdr.ts';
import { createHistory, firstRefreshMs, type History, keptDays } from './history.ts';
import { lineAdvice } from './line-advice.ts';
import { openMxml } from './mxml.ts';
import { farHalf, outcomeOf } from './outcome.ts';
import { lineOf, liveCallOf, waitingCallerOf, wireChannel, wireEntry, wireSummary } from './queue.ts';
import { queueEventOf, queueRecords } from './queuelog.ts';
import type { CallOutcome } from './steps.ts';
import { termsOfCalls } from './terms.ts';

/** A part of the calls since a day (`yyyy-MM-dd`). */
export interface CallsKey {
  since: string;
  offset: number;
  first: number;
}

/** A part of a list, whether there is more of it, and how many there are in all. */
export interface Part<T> {
  items: T[];
  hasMore: boolean;
  totalCount: number;
}

/** One question answers for every line, number or call: the limit only keeps a wave of keys from being endless. */
const keysACall = 1_000;
/** 31 days of a landlord of 125,000 homes: 10,000 records a day of 300 bytes are 93 MB. */
const largestRecords = 128 * 1024 * 1024;

/** A day in ms. */
const dayMs = 86_400_000;

/** A call that was made stays as it was: its beginning tells it from another with its identifier. */
function recordedCall({ callId, startedAt }: CallValue): Recorded {
  return { reference: callId, identity: startedAt ?? '', updatedAt: startedAt };
}

/** Opens the wires of both backends. */
export function telephonyAdapter(connections: Record<string, Connection>, clock: Clock) {
  const connection = connections.switchboard as Connection;
  const switchboard = openWire(connection.url);
  const action = openMxml(switchboard, connection, clock);
  const recordsConnection = connections.records as Connection;
  // Two files, one fetch of each at a time, and the probe.
  const records = openWire(recordsConnection.url, { connections: 4, largestReply: largestRecords });

  /** Sends over either wire with its own login, if it has one. */
  function send(wire: Wire, { user, password }: Connection, request: WireRequest) {
    const login = Buffer.from(`${user}:${password}`).toString('base64');
    return wire.send({ ...request, ...(user && { headers: { authorization: `Basic ${login}` } }) });
  }

  async function ask(wire: Wire, login: Connection, path: string, signal: AbortSignal) {
    const reply = await send(wire, login, { path, signal });
    if (reply.status !== 200) throw statusError(reply, clock.now());
    return reply;
  }

  const ari = async (path: string, signal: AbortSignal) => json(await ask(switchboard, connection, path, signal));

  const file = (name: string) => async (since: string, signal: AbortSignal) => {
    const path = `/${name}?${new URLSearchParams({ since })}`;
    return (await ask(records, recordsConnection, path, signal)).text;
  };

  let setBack: (backend: string) => void = () => {};
  const onSetBack = () => setBack('records');
  const calls = createHistory({ fetch: file('Master.csv'), read: callRecords, better: betterRecord, onSetBack }, clock);
  const queueLog = createHistory(
    { fetch: file('queue_log'), read: queueRecords, better: (known) => known, onSetBack },
    clock,
  );

  /** Of what is kept for `keptDays`, what must still be there: a day is left for what leaves at midnight. */
  function stillThere<Item extends { startedAt?: string | null | undefined }>(items: readonly Item[]): Item[] {
    const fromMs = clock.now() - (keptDays - 1) * dayMs;
    return items.filter(({ startedAt }) => startedAt != null && Date.parse(startedAt) > fromMs);
  }

  const lines = readOne<string, ReturnType<typeof lineOf>[]>(
    'switchboard',
    [],
    async (_all, signal) => {
      const summaries = (await action('QueueSummary', signal)).filter(({ event }) => event === 'QueueSummary');
      return checked(z.array(wireSummary), summaries).map(lineOf);
    },
    { nothingToCompare: 'Lines tell of the moment at which they are asked.' },
  );

  // Who waits, and who talks, is worth something for a minute, and is people's names and numbers: not kept.
  const waitingOfLine: Read<string, Known<WaitingCaller>[]> = {
    backend: 'switchboard',
    limit: keysACall,
    absent: [],
    kept: false,
    async ask(_lines, signal) {
      const entries = (await action('QueueStatus', signal)).filter(({ event }) => event === 'QueueEntry');
      const inOrder = checked(z.array(wireEntry), entries).sort((a, b) => a.position - b.position);
      const byLine = Map.groupBy(inOrder, ({ queue }) => queue);
      return new Map([...byLine].map(([queue, waiting]) => [queue, waiting.map(waitingCallerOf)]));
    },
  };

  const liveCalls = readOne<string, Known<LiveCall>[]>(
    'switchboard',
    [],
    async (_all, signal) => {
      return checked(z.array(wireChannel), await ari('/ari/channels', signal)).map(liveCallOf);
    },
    { kept: false },
  );

  /** A read of a history by its keys. A blank key finds nothing, and alone asks nothing. */
  function ofHistory<Row, Value>(
    history: History<Row>,
    translated: (rows: Row[]) => Value[],
    terms: (values: Value[], key: string) => string[],
    recorded: (values: Value[], key: string) => Recorded[],
  ): Read<string, Value[]> {
    return {
      backend: 'records',
      limit: keysACall,
      absent: [],
      terms,
      records: recorded,
      async ask(keys, signal) {
        const wanted = keys.filter((key) => key !== '');
        if (wanted.length > 0) await history.refresh(signal);
        return new Map(wanted.map((key) => [keyOf(key), translated(history.of(key))]));
      },
    };
  }

  const callsSince = readOne<CallsKey, Part<CallValue>>(
    'records',
    { items: [], hasMore: false, totalCount: 0 },
    async ({ since, offset, first }, signal) => {
      if (since < calls.firstDay()) {
        const reason = `Calls are kept for ${keptDays} days: \`since\` must be ${calls.firstDay()} or later.`;
        throw new WireError('REFUSAL', 'calls from before what is kept', { reason });
      }
      await calls.refresh(signal);
      const { rows, total } = calls.since(since, offset, first);
      return { items: rows.map(callOf), hasMore: offset + rows.length < total, totalCount: total };
    },
    {
      terms: ({ items }) => termsOfCalls(items),
      // Pages shift with each call; one by itself is asked for by a number.
      records: ({ items }) =>
        stillThere(items).flatMap((call) => {
          const number = call.fromNumber ?? call.toNumber;
          return number ? [{ ...recordedCall(call), elsewhere: { kind: 'callsOfNumber', key: number } }] : [];
        }),
    },
  );

  /** Numbers that there are calls of, of calls that began on or after a day, or all that are kept. */
  const numbersWithCalls: Read<string, string[]> = {
    ...readOne<string, string[]>(
      'records',
      [],
      async (since, signal) => {
        await calls.refresh(signal);
        // Calls are found by their identifiers too.
        return calls.keys(since).filter((key) => key.startsWith('+'));
      },
      { kept: false },
    ),
    // It may be the first that asks: that fetches and reads a month.
    timeoutMs: firstRefreshMs,
  };

  /** What became of a call, by its identifier: of both halves that it may have had. */
  const halvesOf = (callId: string) => [callId, farHalf(callId)];
  const outcomeOfCall: Read<string, CallOutcome | null> = {
    backend: 'records',
    limit: keysACall,
    absent: null,
    terms: (_outcome, key) => termsOf('call', [key]),
    records: (outcome, key) =>
      stillThere([outcome]).map(({ startedAt }) => ({
        reference: key,
        identity: startedAt ?? '',
        updatedAt: startedAt,
      })),
    async ask(callIds, signal) {
      await Promise.all([calls.refresh(signal), queueLog.refresh(signal)]);
      const found = new Map<string, CallOutcome>();
      for (const callId of callIds) {
        const rows = halvesOf(callId).flatMap(calls.of);
        const outcome = outcomeOf(callId, rows, halvesOf(callId).flatMap(queueLog.of));
        if (outcome) found.set(callId, outcome);
      }
      return found;
    },
  };

  const steps = telephonySteps(
    {
      send: (method, path, signal, before) => send(switchboard, connection, { method, path, signal, before }),
      recorded: async (callId, signal) => (await outcomeOfCall.ask([callId], signal)).has(callId),
      recordedOf: async (callIds, signal) => new Set((await outcomeOfCall.ask(callIds, signal)).keys()),
      lost: (callId) => halvesOf(callId).some(calls.lost),
    },
    connection,
    clock,
  );

  const reads = {
    lines,
    waitingOfLine,
    liveCalls,
    /** By E.164 number, newest first. */
    callsOfNumber: ofHistory(
      calls,
      (rows) => rows.reverse().map(callOf),
      (items, key) => [...termsOf('telephone', [key]), ...termsOfCalls(items)],
      (items) => stillThere(items).map(recordedCall),
    ),
    callsSince,
    numbersWithCalls,
    /** By the exchange's identifier of the call, in the order in which they happened. */
    queueEventsOfCall: ofHistory(
      queueLog,
      (rows) => rows.map(queueEventOf),
      (_events, key) => termsOf('call', [key]),
      (events, key) =>
        stillThere(events.map((event) => ({ ...event, startedAt: event.at }))).map(({ at, typeCode, agent }) => ({
          reference: `${key} ${at} ${typeCode} ${agent}`,
          identity: '',
          updatedAt: at,
        })),
    ),
    outcomeOfCall,
  };
  return {
    reads,
    steps,
    onSetBack: (listener: (backend: string) => void) => {
      setBack = listener;
    },
    probes: {
      async switchboard(signal: AbortSignal) {
        checked(z.object({ ping: z.literal('pong') }), await ari('/ari/asterisk/ping', signal));
      },
      async records(signal: AbortSignal) {
        // Today's file: the least that there is sure to be an answer to. Its first line is read: a page of HTML, or
        // bytes of nothing, are no recovery.
        await callRecords(await file('Master.csv')(londonWallClock(clock.now()).slice(0, 10), signal)).next();
      },
    },
    checks: {
      async switchboard(signal: AbortSignal) {
        checked(z.object({ ping: z.literal('pong') }), await ari('/ari/asterisk/ping', signal));
        // By the other interface's login, too.
        const named = (await lines.ask([''], signal)).get('') ?? [];
        return lineAdvice(
          named.map(({ name }) => name),
          connection.settings,
        );
      },
    },
    wires: { switchboard, records },
    async close() {
      await Promise.all([switchboard.close(), records.close()]);
    },
  } satisfies Adapter<typeof reads>;
}

/** This system's reads. */
export type TelephonyReads = ReturnType<typeof telephonyAdapter>['reads'];

/** This system's reads as its resolvers call them. */
export type TelephonyVerbs = Verbs<TelephonyReads>;
