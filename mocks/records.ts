// The telephone system's records: call detail records (Master.csv) and queue_log, as files behind a web server. Knows
// which days there are; the files' columns are details.ts and queuelog.ts, the calls history.ts and the switchboard's.
import { HttpResponse, http } from 'msw';
import type { Mock } from './mock.ts';
import { admits } from './telephony/ari.ts';
import type { Call } from './telephony/calls.ts';
import { detailsOf, localTime } from './telephony/details.ts';
import { callsOn, ringResidents } from './telephony/history.ts';
import { queueEventsOf, RESTARTED } from './telephony/queuelog.ts';
import { switchboardOf } from './telephony/switchboard.ts';
import type { Day, World } from './world.ts';

const ACCOUNT = { user: 'lintel', password: 'records-demo' };
/** What the site's log rotation keeps. */
const DAYS_KEPT = 30;

/** One day's part of both files; bytes, so that a month of them is sent without being written anew. */
interface Chapter {
  readonly cdr: Buffer;
  readonly log: Buffer;
}

/** A stretch of time, ms since the epoch, of which nothing is in the files: a backup was older, and had none of it. */
interface Gap {
  readonly from: number;
  readonly to: number;
}

/** The records of `world`: thirty days of made-up calls, and since the start whatever the switchboard has really done. */
export function recordsMock(world: World, now: () => number = Date.now): Mock {
  const board = switchboardOf(world, now);
  const today = Temporal.PlainDate.from(world.today);
  const openingDay = localTime(board.opensAt).slice(0, 10);
  const kept = Array.from({ length: DAYS_KEPT }, (_, ago) => String(today.subtract({ days: ago })));
  // a world set in another month still has this morning's calls
  const days: readonly Day[] = [...new Set([...kept, openingDay])].sort();
  // written when first asked for: thirty days of 125,000 homes are 120,000 calls
  const written = new Map<Day, Chapter>();
  let gaps: readonly Gap[] = [];
  const isKept = (at: number) => !gaps.some(({ from, to }) => at >= from && at <= to);
  const leave = (next: readonly Gap[]) => {
    gaps = next;
    written.clear();
  };

  function chapterOf(day: Day): Chapter {
    const before = written.get(day);
    if (before !== undefined) return before;
    const calls = callsOn(world, day).filter((call) => day !== openingDay || call.endAt < board.opensAt);
    const chapter = chapterFrom(isKept, calls);
    written.set(day, chapter);
    return chapter;
  }

  async function* chaptersFrom(since: Day): AsyncGenerator<Chapter> {
    for (const day of days.filter((each) => each >= since)) {
      // A month of a large landlord takes a second to make up: the other mocks live in this process too.
      if (!written.has(day)) await new Promise((resolve) => setImmediate(resolve));
      yield chapterOf(day);
    }
  }

  /** Both files from `since` on; an unreadable or missing date gives everything. */
  async function read(part: keyof Chapter, request: Request): Promise<Response> {
    if (!admits(ACCOUNT, request.headers.get('authorization') ?? 'none', new URL(request.url))) {
      return new HttpResponse('401 Authorization Required\n', {
        status: 401,
        headers: { 'Content-Type': 'text/plain', 'WWW-Authenticate': 'Basic realm="Call records"' },
      });
    }
    board.advance();
    const asked = new URL(request.url).searchParams.get('since') ?? '';
    const since = /^\d{4}-\d\d-\d\d$/.test(asked) ? asked : '';
    const parts: Buffer[] = [];
    for await (const chapter of chaptersFrom(since)) parts.push(chapter[part]);
    const fromMs = startOf(since);
    const recent = (call: Call) => call.startAt >= fromMs;
    if (part === 'log' && openingDay >= since && isKept(board.opensAt)) {
      parts.push(Buffer.from(`${Math.floor(board.opensAt / 1_000)}|${RESTARTED}\n`));
    }
    parts.push(chapterFrom(isKept, board.over().filter(recent), board.live().filter(recent), board.now())[part]);
    return new HttpResponse(Buffer.concat(parts), {
      headers: { 'Content-Type': part === 'cdr' ? 'text/csv; charset=utf-8' : 'text/plain; charset=utf-8' },
    });
  }

  return {
    system: 'telephony',
    backend: 'records',
    urlVariable: 'TELEPHONY_RECORDS_URL',
    credentials: { TELEPHONY_RECORDS_USER: ACCOUNT.user, TELEPHONY_RECORDS_PASSWORD: ACCOUNT.password },
    basePath: '/records',
    handlers: [
      http.get('*/Master.csv', ({ request }) => read('cdr', request)),
      http.get('*/queue_log', ({ request }) => read('log', request)),
    ],
    operationOf: (request) => new URL(request.url).pathname.split('/').at(-1) ?? '',
    // a web server that reads a file from disk
    latencyMs: 20,
    // log rotation
    duringBatch: () =>
      new HttpResponse('<html><head><title>503 Service Temporarily Unavailable</title></head></html>\n', {
        status: 503,
        headers: { 'Content-Type': 'text/html' },
      }),
    // basic authentication: there are none
    loseSessions: () => {},
    prepare: async () => {
      // Each is kept as it is made.
      let bytes = 0;
      for await (const { cdr, log } of chaptersFrom('')) bytes += cdr.length + log.length;
      return void bytes;
    },
    // The files are only ever added to, so that a backup is where they ended. Numbers of calls are not given out again:
    // they begin with the second.
    holdings: {
      copy: () => {
        board.advance();
        const [then, from] = [gaps, board.now()];
        return () => {
          board.advance();
          leave([...then, { from, to: board.now() }]);
        };
      },
      goBack: (days) => {
        board.advance();
        leave([{ from: board.now() - days * 86_400_000, to: board.now() }]);
      },
      change: (count, random) => ringResidents(world, board, count, random),
      look: (reference) => {
        const call = board.over().find(({ id, endAt }) => id === reference && isKept(endAt));
        return call ? { identity: call.id, content: JSON.stringify(call) } : null;
      },
    },
  };
}

/** When a day begins in London, ms since the epoch; before everything for what is no day. */
function startOf(day: string): number {
  try {
    return Temporal.PlainDate.from(day).toZonedDateTime('Europe/London').epochMilliseconds;
  } catch (error) {
    if (error instanceof RangeError) return Number.NEGATIVE_INFINITY;
    throw error;
  }
}

/** Made up once: of a call that is over, what was written stays as it is. */
function once<Written>(make: (call: Call) => Written): (call: Call) => Written {
  const made = new WeakMap<Call, Written>();
  return (call) => {
    const written = made.get(call) ?? make(call);
    made.set(call, written);
    return written;
  };
}

const detailsOnce = once(detailsOf);
const eventsOnce = once(queueEventsOf);

/** A call's detail record is written at its end, its lines in queue_log as each thing happens. */
function chapterFrom(
  isKept: (at: number) => boolean,
  over: readonly Call[],
  live: readonly Call[] = [],
  now = 0,
): Chapter {
  // Each file is asked for by itself, and written when it is.
  let [cdr, log]: (Buffer | undefined)[] = [];
  const details = () => {
    const ends = over.filter(({ endAt }) => isKept(endAt)).sort((a, b) => a.endAt - b.endAt);
    return Buffer.from(ends.map(detailsOnce).join(''));
  };
  const lines = () => {
    const begun = live.flatMap(queueEventsOf).filter(({ at }) => at <= now);
    const events = [...over.flatMap(eventsOnce), ...begun].filter(({ at }) => isKept(at)).sort((a, b) => a.at - b.at);
    return Buffer.from(events.map(({ at, line }) => `${Math.floor(at / 1_000)}|${line}\n`).join(''));
  };
  return {
    get cdr() {
      cdr ??= details();
      return cdr;
    },
    get log() {
      log ??= lines();
      return log;
    },
  };
}
