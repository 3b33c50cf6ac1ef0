// The last 31 days of a file that the exchange only ever adds to, kept in memory and indexed as it arrives: each question
// fetches what may be new and no more. Knows neither calls nor queues.
import type { Clock } from '../continuity/clock.ts';
import { londonWallClock } from '../continuity/dirt.ts';
import { WireError } from '../continuity/errors.ts';
import { ended } from '../continuity/session.ts';

/** A row of the file. */
export interface Entry<Row> {
  /** What makes it the same row when it is fetched again. */
  identity: string;
  /** What it is found by. */
  keys: readonly string[];
  /** London wall clock when it began, `yyyy-MM-ddTHH:mm:ss`: sorts as text. */
  at: string;
  row: Row;
}

/** What is known of one file. */
export interface History<Row> {
  /** Brings it up to date; askers at the same time share one fetch. Throws WireError. */
  refresh(signal: AbortSignal): Promise<void>;
  /** Rows found by a key, oldest first; those of one second as they came. */
  of(key: string): Row[];
  /** Rows that began on or after a day (`yyyy-MM-dd`), newest first: how many, and those from `offset` on. */
  since(day: string, offset: number, first: number): { rows: Row[]; total: number };
  /** Whether rows with a key were there, and are gone since the file came back out of a backup. */
  lost(key: string): boolean;
  /** Every key of rows that began on or after a day (`yyyy-MM-dd`); blank: of all rows. */
  keys(since: string): string[];
  /** The first day that is kept, `yyyy-MM-dd`. */
  firstDay(): string;
}

/** Where a history comes from. */
export interface HistorySource<Row> {
  /** Fetches everything that began on or after a day. */
  fetch(since: string, signal: AbortSignal): Promise<string>;
  /** Reads it; lets other work run in between where it is long. Throws WireError GARBLED. */
  read(text: string): AsyncIterable<Entry<Row>>;
  /** Of two rows with one identity, the one to keep. */
  better(known: Row, arrived: Row): Row;
  /** The file has come back out of a backup: what it says now is older than what it has said. */
  onSetBack?(): void;
}

/** How far back a history goes, in days: a month, which is as long as telephone records are looked at. */
export const keptDays = 31;
/** A call is written down when it ends, under the time when it began: what began this long before is asked for again. */
const longestCallMs = 6 * 60 * 60_000;

/** The first refresh fetches and reads all 31 days: half a minute for 93 MB over a busy line, in ms. */
export const firstRefreshMs = 30_000;
/** Later ones fetch a day's, or two: a few megabytes. */
const refreshMs = 5_000;

/**
 * An empty history. A refresh has a limit of its own and goes on when nobody waits for it any more, so that the first,
 * which takes longer than anybody waits, is over once and for all.
 */
export function createHistory<Row>(source: HistorySource<Row>, clock: Clock): History<Row> {
  const entries = new Map<string, Entry<Row>>();
  const byKey = new Map<string, Set<Entry<Row>>>();
  let sorted: Entry<Row>[] | null = null;
  /** When the newest row that was ever fetched began. */
  let newestAt = '';
  let prunedTo = '';
  /** Keys there were when a backup came back: what it has lost is among them. */
  const beforeBackup = new Set<string>();
  let last = { since: '', text: '' };
  /** The newest row of a file in whose place another was begun. */
  let begunAnewAfter = '';
  let refreshing: Promise<void> | null = null;

  const today = () => londonWallClock(clock.now()).slice(0, 10);
  const firstDay = () => Temporal.PlainDate.from(today()).subtract({ days: keptDays }).toString();

  /** The day to fetch from. A row from the future (clocks drift) must not hide what comes before it. */
  function nextSince(): string {
    const newest = newestAt.slice(0, 10) > today() ? `${today()}T00:00:00` : newestAt;
    // Of London's days only: which hour it is elsewhere does not matter.
    const since = newest && new Date(Date.parse(`${newest}Z`) - longestCallMs).toISOString().slice(0, 10);
    return [since, firstDay()].sort().at(-1) as string;
  }

  /** @param all to be called before all of the file is fetched: that takes longer than what is new does. */
  async function fetchNew(signal: AbortSignal, all: () => void): Promise<void> {
    const since = nextSince();
    const text = await source.fetch(since, signal);
    // The file only grows: what was read of it already is not read again, as long as it is still the same.
    const readBefore = since === last.since && last.text.endsWith('\n') && text.startsWith(last.text);
    let newest = newestAt;
    const seen = new Set<string>();
    for await (const entry of source.read(readBefore ? text.slice(last.text.length) : text)) {
      keep(entry);
      seen.add(entry.identity);
      if (entry.at > newest) newest = entry.at;
      // What is read up to the time limit is true, and is read again.
      signal.throwIfAborted();
    }
    if (!readBefore && (await wasSetBack(since, seen, signal, all))) {
      for (const key of byKey.keys()) beforeBackup.add(key);
      all();
      source.onSetBack?.();
      // What it says now is all that is live.
      entries.clear();
      byKey.clear();
      sorted = null;
      newestAt = '';
      last = { since: '', text: '' };
      return fetchNew(signal, all);
    }
    newestAt = newest;
    last = { since, text: since === nextSince() ? text : '' };
    prune();
  }

  /**
   * Whether the file came back out of a backup: it has rows older than one that it lacks. One that has only newer rows was begun
   * anew, and lacks nothing. Where those since that day do not tell, as a few days' backup that calls have been added to, all of
   * it does, once.
   */
  async function wasSetBack(
    since: string,
    seen: ReadonlySet<string>,
    signal: AbortSignal,
    all: () => void,
  ): Promise<boolean> {
    const missing = [...entries.values()].filter(({ at, identity }) => at.slice(0, 10) >= since && !seen.has(identity));
    const newest = missing.sort(newestFirst)[0];
    if (!newest || newest.identity === begunAnewAfter) return false;
    const isOlder = ({ at }: { at: string }) => at < newest.at;
    const found = [...seen].flatMap((identity) => entries.get(identity) ?? []);
    if (found.some(isOlder)) return true;
    all();
    for await (const entry of source.read(await source.fetch(firstDay(), signal))) if (isOlder(entry)) return true;
    begunAnewAfter = newest.identity;
    return false;
  }

  function begun(): Promise<void> {
    const controller = new AbortController();
    const within = (ms: number) =>
      clock.after(ms, () => controller.abort(new WireError('TIMEOUT', `no records in ${ms} ms`)));
    let cancel = within(newestAt ? refreshMs : firstRefreshMs);
    const all = () => {
      cancel();
      cancel = within(firstRefreshMs);
    };
    const refresh = fetchNew(controller.signal, all).finally(() => {
      cancel();
      refreshing = null;
    });
    refresh.catch(() => 'told to those who wait');
    return refresh;
  }

  function keep(entry: Entry<Row>): void {
    const known = entries.get(entry.identity);
    if (known && source.better(known.row, entry.row) === known.row) return;
    if (known) remove(known);
    entries.set(entry.identity, entry);
    for (const key of entry.keys) byKey.set(key, (byKey.get(key) ?? new Set()).add(entry));
    sorted = null;
  }

  function remove(entry: Entry<Row>): void {
    entries.delete(entry.identity);
    sorted = null;
    for (const key of entry.keys) {
      const found = byKey.get(key);
      found?.delete(entry);
      if (found?.size === 0) byKey.delete(key);
    }
  }

  function prune(): void {
    const first = firstDay();
    if (first === prunedTo) return;
    for (const entry of entries.values()) if (entry.at.slice(0, 10) < first) remove(entry);
    prunedTo = first;
  }

  return {
    firstDay,
    async refresh(signal) {
      refreshing ??= begun();
      await ended(refreshing, signal);
    },
    of: (key) => [...(byKey.get(key) ?? [])].sort(oldestFirst).map(({ row }) => row),
    lost: (key) => beforeBackup.has(key) && !byKey.has(key),
    keys: (since) =>
      [...byKey].flatMap(([key, found]) => ([...found].some(({ at }) => at.slice(0, 10) >= since) ? key : [])),
    since(day, offset, first) {
      sorted ??= [...entries.values()].sort(newestFirst);
      const end = sorted.findIndex(({ at }) => at.slice(0, 10) < day);
      const within = end < 0 ? sorted : sorted.slice(0, end);
      return { rows: within.slice(offset, offset + first).map(({ row }) => row), total: within.length };
    },
  };
}

function oldestFirst(a: Entry<unknown>, b: Entry<unknown>): number {
  return a.at < b.at ? -1 : a.at > b.at ? 1 : 0;
}

/** Those of one second always in the same order, so that pages fit together. */
function newestFirst(a: Entry<unknown>, b: Entry<unknown>): number {
  return oldestFirst(b, a) || (a.identity < b.identity ? 1 : -1);
}
