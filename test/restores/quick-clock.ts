// A virtual clock for a whole Lintel and the systems under it: it stands still while anything real is under way (a request,
// a statement), and then goes on to what is due next. So four days pass in seconds, and no call is ever late for the
// machine's sake. Knows timers; knows nothing of Lintel.
import type { Clock } from '../../subgraphs/continuity/clock.ts';
import { outstanding } from './outstanding.ts';

/** A clock that a play turns. */
export interface QuickClock extends Clock {
  /**
   * Lets time pass. Every timer fires at its time; with `strideMs`, time goes on by at least so much at once, and what was set
   * for less than two minutes fires late by less than that, as what comes round each second may in a process that sleeps.
   */
  pass(ms: number, strideMs?: number): Promise<void>;
  /** Lets time pass until the work has ended. Throws after an hour without an end. */
  during<T>(work: Promise<T>): Promise<T>;
  /** The same for work that also waits for what is not counted, such as sockets that close: time passes a little at each turn. */
  ending<T>(work: Promise<T>): Promise<T>;
}

/** Turns of the event loop in which nothing happens, after which nothing is under way: one lets a socket be heard, one its listener answer. */
const stillTurns = 4;
/**
 * From here on a timer is kept to the ms, whatever the stride: such as the look each five minutes at a system that nobody asks,
 * which would put it in doubt if it came late.
 */
const longMs = 120_000;
/** Rounds of timers at one instant: more is a timer that sets itself again at once, for ever. */
const mostRounds = 10_000;
/** Nothing that anybody awaits takes as long, in virtual ms. */
const longestWorkMs = 3_600_000;

/** A clock that stands at an instant. */
export function createQuickClock(startMs: number): QuickClock {
  const io = outstanding();
  let nowMs = startMs;
  let timers: { atMs: number; work: () => void; isLong: boolean }[] = [];

  /** Waits until nothing real is under way. */
  async function still(): Promise<void> {
    let seen = -1;
    for (let turns = 0; turns < stillTurns; turns = io.events() === seen ? turns + 1 : 0) {
      seen = io.events();
      if (io.count() > 0) await io.next();
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Runs what is due by now, and what that makes due. */
  async function fire(): Promise<void> {
    for (let round = 0; ; round += 1) {
      const due = timers.filter(({ atMs }) => atMs <= nowMs).sort((one, other) => one.atMs - other.atMs);
      if (due.length === 0) return;
      if (round > mostRounds) {
        const which = due.map(({ work }) => String(work)).join('\n');
        throw new Error(`The clock cannot go on: a timer sets itself again at once, for ever:\n${which}`);
      }
      for (const timer of due) {
        // One that ran before it may have called it off.
        if (!timers.includes(timer)) continue;
        timers = timers.filter((other) => other !== timer);
        timer.work();
      }
      await still();
    }
  }

  async function goOn(endMs: number, strideMs: number): Promise<void> {
    const soonest = (some: typeof timers) => some.reduce((least, { atMs }) => Math.min(least, atMs), endMs);
    const exactMs = soonest(timers.filter(({ isLong }) => isLong));
    nowMs = Math.max(nowMs, Math.min(exactMs, Math.max(soonest(timers), nowMs + strideMs)));
    await fire();
  }

  return {
    // Whole, as a machine's clock has it; timers may be scattered by less.
    now: () => Math.floor(nowMs),
    elapsed: () => nowMs - startMs,
    after(delayMs, work) {
      if (Number.isNaN(delayMs)) throw new Error('A timer was set for no time at all: NaN.');
      // A machine's timers know no part of a ms; a smaller one might not move the time on at all.
      const timer = { atMs: nowMs + (delayMs > 0 ? Math.max(1, delayMs) : 0), work, isLong: delayMs >= longMs };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    async pass(ms, strideMs = 0) {
      const endMs = nowMs + ms;
      await still();
      await fire();
      while (nowMs < endMs) await goOn(endMs, strideMs);
    },
    async during(work) {
      const endMs = nowMs + longestWorkMs;
      let over = false;
      const ended = work.finally(() => {
        over = true;
      });
      // Whoever awaits the work hears of it; here it only matters that it has ended.
      ended.catch(() => {});
      await still();
      while (!over) {
        if (nowMs >= endMs) throw new Error('What was to be awaited has not ended within an hour of virtual time.');
        await goOn(endMs, 0);
      }
      return ended;
    },
    async ending(work) {
      let over = false;
      const ended = work.finally(() => {
        over = true;
      });
      ended.catch(() => {});
      while (!over) {
        nowMs += 1;
        await fire();
        await still();
      }
      return ended;
    },
  };
}
