import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createLimiter,
  type End,
  endOf,
  type LimiterNumbers,
  limiterNumbers,
  type Place,
} from '../../../subgraphs/continuity/limiter.ts';
import type { CallClass } from '../../../subgraphs/continuity/queue.ts';

const classes: CallClass[] = ['EMERGENCY', 'USER', 'BACKGROUND'];

/** A limiter on a clock that is moved by hand, which looks when it is due, and all that befalls whoever enters. */
function setup(given: Partial<LimiterNumbers> = {}) {
  const numbers = { ...limiterNumbers, ...given };
  const time = { nowMs: 1_000_000, room: Number.POSITIVE_INFINITY, dueMs: null as number | null };
  const limiter = createLimiter(numbers, {
    now: () => time.nowMs,
    room: () => time.room,
    onDue: (atMs) => {
      time.dueMs = atMs;
    },
  });
  const places: { of: CallClass; place: Place }[] = [];
  const told: string[] = [];
  const enter = (of: CallClass, name: string = of) =>
    limiter.enter(of, {
      go: (place) => {
        places.push({ of, place });
        told.push(`${name} goes`);
      },
      refuse: () => told.push(`${name} refused`),
    });
  function advance(ms: number): void {
    const untilMs = time.nowMs + ms;
    while (time.dueMs !== null && time.dueMs <= untilMs) {
      time.nowMs = Math.max(time.nowMs, time.dueMs);
      limiter.look();
    }
    time.nowMs = untilMs;
  }
  /** Fills all places that users may have. */
  function full(): void {
    while (limiter.figures().waiting === 0) enter('USER');
  }
  const end = (how: End) => places.shift()?.place.leave(how);
  return { limiter, numbers, time, places, told, enter, advance, full, end };
}

describe('a limiter', () => {
  it('gives places up to its limit less the reserve, and an emergency the rest', () => {
    const { limiter, enter, places, told } = setup();
    for (let i = 0; i < 13; i++) enter('USER');
    expect(limiter.figures()).toMatchObject({ limit: 16, reserved: 4, inFlight: 12, waiting: 1 });
    for (let i = 0; i < 5; i++) enter('EMERGENCY');
    expect(limiter.figures()).toMatchObject({ inFlight: 16, waiting: 2 });
    places[0]?.place.leave('NEITHER');
    expect(told.at(-1)).toBe('EMERGENCY goes');
  });

  it('serves emergencies before users and users before background work, each in the order in which they came', () => {
    const { enter, end, told, full } = setup({ floor: 4, ceiling: 4 });
    full();
    enter('EMERGENCY', 'free place');
    told.length = 0;
    for (const name of ['a', 'b']) for (const of of [...classes].reverse()) enter(of, `${of} ${name}`);
    for (let i = 0; i < 20; i++) end('NEITHER');
    expect(told).toEqual([
      'EMERGENCY a goes',
      'EMERGENCY b goes',
      // The one of `full` that found no place.
      'USER goes',
      'USER a goes',
      'USER b goes',
      'BACKGROUND a goes',
      'BACKGROUND b goes',
    ]);
  });

  it('gives background work a quarter of the places, also when nobody else wants them', () => {
    const { limiter, enter } = setup();
    for (let i = 0; i < 10; i++) enter('BACKGROUND');
    expect(limiter.figures()).toMatchObject({ inFlight: 4, waiting: 6 });
  });

  it('refuses who has waited half a second, and counts them', () => {
    const { limiter, full, enter, advance, told } = setup();
    full();
    advance(100);
    enter('USER', 'later');
    advance(399);
    expect(told).not.toContain('USER refused');
    advance(1);
    expect(told.at(-1)).toBe('USER refused');
    advance(100);
    expect(told.at(-1)).toBe('later refused');
    expect(limiter.figures()).toMatchObject({ waiting: 0, rejected: 2 });
  });

  it('refuses at once when too many of a class wait; an emergency is not one of them', () => {
    const { full, enter, told } = setup({ longestQueue: 2, ceiling: 4 });
    full();
    enter('USER', 'second');
    enter('USER', 'third');
    expect(told.at(-1)).toBe('third refused');
    enter('EMERGENCY');
    expect(told.at(-1)).toBe('EMERGENCY goes');
  });

  it('shrinks by a quarter when calls are slow, once for all that were under way, and never below its floor', () => {
    const { limiter, full, end, enter, places, advance } = setup();
    full();
    advance(10);
    for (let i = 0; i < 12; i++) end('STRAINED');
    expect(limiter.figures().limit).toBe(12);
    const limits = [];
    for (let i = 0; i < 5; i++) {
      if (places.length === 0) enter('USER');
      advance(10);
      end('STRAINED');
      limits.push(limiter.figures().limit);
    }
    expect(limits).toEqual([9, 6, 4, 4, 4]);
  });

  it('shrinks when a call is waited for too long, before it ends', () => {
    const { limiter, time, full, end } = setup();
    full();
    limiter.strained(time.nowMs - 1_000);
    limiter.strained(time.nowMs - 1_000);
    expect(limiter.figures().limit).toBe(12);
    // What began before that has been counted.
    end('STRAINED');
    expect(limiter.figures().limit).toBe(9);
  });

  it('grows by one for as many quick calls as it has places, while they are in use', () => {
    const { limiter, time, full, end, enter } = setup();
    limiter.strained(time.nowMs);
    expect(limiter.figures().limit).toBe(12);
    for (let i = 0; i < 50; i++) {
      enter('USER');
      end('QUICK');
    }
    expect(limiter.figures().limit).toBe(12);
    for (let i = 0; i < 12; i++) {
      full();
      end('QUICK');
    }
    expect(limiter.figures().limit).toBe(13);
    for (let i = 0; i < 200; i++) {
      full();
      end('QUICK');
    }
    expect(limiter.figures().limit).toBe(16);
  });

  it('counts quick calls anew after each cut', () => {
    const { limiter, time, full, end } = setup();
    limiter.strained(time.nowMs);
    for (let i = 0; i < 11; i++) {
      full();
      end('QUICK');
    }
    limiter.strained(++time.nowMs);
    expect(limiter.figures().limit).toBe(9);
    for (let i = 0; i < 8; i++) {
      full();
      end('QUICK');
    }
    expect(limiter.figures().limit).toBe(9);
    full();
    end('QUICK');
    expect(limiter.figures().limit).toBe(10);
  });

  it('grows while background work has all of its places, though no user asks', () => {
    const { limiter, time, end, enter } = setup();
    for (let i = 0; i < 5; i++) limiter.strained(++time.nowMs);
    expect(limiter.figures().limit).toBe(4);
    for (let i = 0; i < 300; i++) {
      while (limiter.figures().waiting === 0) enter('BACKGROUND');
      end('QUICK');
    }
    expect(limiter.figures().limit).toBe(16);
  });

  it('lets no more go in a stretch of time than the wire allows, and emergencies first', () => {
    const { enter, told, advance } = setup({ pace: { calls: 2, windowMs: 350 } });
    for (const name of ['a', 'b', 'c', 'd']) enter('USER', name);
    enter('EMERGENCY');
    expect(told).toEqual(['a goes', 'b goes']);
    advance(350);
    expect(told.slice(2)).toEqual(['EMERGENCY goes', 'c goes']);
    advance(150);
    expect(told.slice(4)).toEqual(['d refused']);
  });

  it('asks to be looked at again by whoever looks a moment too soon', () => {
    const { limiter, enter, time, told } = setup({ pace: { calls: 1, windowMs: 100 } });
    enter('USER', 'first');
    enter('USER', 'second');
    expect(time.dueMs).toBe(time.nowMs + 100);
    time.nowMs += 99;
    // A timer that has fired is gone: nothing else will look.
    time.dueMs = null;
    limiter.look();
    expect(told).toEqual(['first goes']);
    expect(time.dueMs).toBe(time.nowMs + 1);
  });

  it('keeps a limit of one for whoever comes', () => {
    const { limiter, enter, told } = setup({ floor: 1, ceiling: 1 });
    enter('USER');
    expect(told).toEqual(['USER goes']);
    expect(limiter.figures()).toMatchObject({ limit: 1, reserved: 0 });
  });
});

describe('how a call has ended for the limit', () => {
  it.each([
    [null, 300, 2_000, 'QUICK'],
    [null, 301, 2_000, 'NEITHER'],
    [null, 1_001, 2_000, 'STRAINED'],
    // A kind that may take longer is quick and slow by its own time.
    [null, 750, 5_000, 'QUICK'],
    [null, 1_001, 5_000, 'NEITHER'],
    ['REFUSAL', 10, 2_000, 'QUICK'],
    ['TIMEOUT', 2_000, 2_000, 'STRAINED'],
    ['BUSY', 5, 2_000, 'STRAINED'],
    ['LOCKED', 5, 2_000, 'QUICK'],
    ['UNREACHABLE', 5, 2_000, 'NEITHER'],
    ['ABANDONED', 5, 2_000, 'NEITHER'],
  ] as const)('%s after %i ms of %i is %s', (failure, tookMs, timeoutMs, end) => {
    expect(endOf(failure, tookMs, timeoutMs, limiterNumbers)).toBe(end);
  });
});

describe('any limiter', () => {
  const of = fc.constantFrom(...classes);
  const event = fc.oneof(
    { weight: 5, arbitrary: fc.record({ do: fc.constant('enter' as const), of }) },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('end' as const),
        which: fc.nat(20),
        how: fc.constantFrom<End>('QUICK', 'STRAINED', 'NEITHER'),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat(400) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('hang up' as const), which: fc.nat(20) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('strain' as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('refuse all' as const) }) },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('room' as const),
        room: fc.constantFrom(0, 1, 5, Number.POSITIVE_INFINITY),
      }),
    },
  );
  const numbers = fc.record({
    floor: fc.integer({ min: 1, max: 4 }),
    ceiling: fc.integer({ min: 4, max: 20 }),
    longestQueue: fc.constantFrom(3, 256),
    pace: fc.constantFrom(null, { calls: 3, windowMs: 350 }),
  });

  it('never has more under way than it may, keeps the reserve, forgets nobody and makes nobody wait too long', () => {
    fc.assert(
      fc.property(numbers, fc.array(event, { maxLength: 80, size: 'max' }), (given, events) => {
        const { limiter, time, advance, numbers } = setup(given);
        const inFlight: { of: CallClass; place: Place }[] = [];
        const waiting: { of: CallClass; sinceMs: number; leave: () => void }[] = [];
        const went: number[] = [];
        const count = { entered: 0, gone: 0, refused: 0, left: 0, ended: 0, expired: 0 };
        const has = (...some: CallClass[]) => inFlight.filter((each) => some.includes(each.of)).length;
        let refusingAll = false;
        const drop = <T>(list: T[], one: T) => list.splice(list.indexOf(one), 1);

        for (const next of events) {
          if (next.do === 'wait') advance(next.ms);
          else if (next.do === 'strain') limiter.strained(time.nowMs - 1_000);
          else if (next.do === 'room') {
            time.room = next.room;
            limiter.look();
          } else if (next.do === 'refuse all') {
            refusingAll = true;
            limiter.refuseAll();
            refusingAll = false;
          } else if (next.do === 'hang up') {
            const one = waiting[next.which % waiting.length];
            if (!one) continue;
            drop(waiting, one);
            count.left += 1;
            one.leave();
          } else if (next.do === 'end') {
            const one = inFlight[next.which % inFlight.length];
            if (!one) continue;
            drop(inFlight, one);
            count.ended += 1;
            one.place.leave(next.how);
            // Twice is once.
            one.place.leave(next.how);
          } else {
            const one = { of: next.of, sinceMs: time.nowMs, leave: () => {} };
            waiting.push(one);
            count.entered += 1;
            one.leave = limiter.enter(next.of, {
              go(place) {
                // In the order of classes, and within a class in the order in which they came.
                const first = classes.flatMap((each) => waiting.filter((other) => other.of === each))[0];
                expect(first).toBe(one);
                drop(waiting, one);
                inFlight.push({ of: one.of, place });
                count.gone += 1;
                went.push(time.nowMs);
                const { limit, reserved } = limiter.figures();
                expect(inFlight.length).toBeLessThanOrEqual(limit);
                expect(time.room).toBeGreaterThan(0);
                expect(time.nowMs - one.sinceMs).toBeLessThan(numbers.longestWaitMs);
                if (one.of !== 'EMERGENCY') expect(has('USER', 'BACKGROUND')).toBeLessThanOrEqual(limit - reserved);
                if (one.of === 'BACKGROUND') expect(has('BACKGROUND')).toBeLessThanOrEqual(Math.max(1, limit / 4));
              },
              refuse() {
                drop(waiting, one);
                count.refused += 1;
                if (refusingAll) return;
                count.expired += 1;
                const alike = waiting.filter((other) => other.of === one.of).length;
                if (alike < numbers.longestQueue) expect(time.nowMs - one.sinceMs).toBe(numbers.longestWaitMs);
              },
            });
          }

          const { limit, reserved, ...figures } = limiter.figures();
          expect(figures).toMatchObject({
            inFlight: inFlight.length,
            waiting: waiting.length,
            rejected: count.expired,
          });
          expect(count.entered).toBe(count.gone + count.refused + count.left + waiting.length);
          expect(count.gone).toBe(count.ended + inFlight.length);
          expect(limit).toBeGreaterThanOrEqual(numbers.floor);
          expect(limit).toBeLessThanOrEqual(numbers.ceiling);
          expect(reserved).toBe(limit === 1 ? 0 : Math.max(1, Math.floor(limit / 4)));
          expect(waiting.every(({ sinceMs }) => time.nowMs - sinceMs < numbers.longestWaitMs)).toBe(true);
          expect(time.dueMs === null).toBe(waiting.length === 0);
          // Nobody waits while they could go.
          const { pace } = numbers;
          const paced = pace && went.filter((atMs) => atMs > time.nowMs - pace.windowMs).length >= pace.calls;
          const closed = time.room <= 0 || paced || inFlight.length >= limit;
          if (waiting.some((one) => one.of === 'EMERGENCY')) expect(closed).toBe(true);
          else if (waiting.some((one) => one.of === 'USER'))
            expect(closed || has('USER', 'BACKGROUND') >= limit - reserved).toBe(true);
        }
        const { pace } = numbers;
        if (pace)
          for (const atMs of went)
            expect(went.filter((other) => other >= atMs && other < atMs + pace.windowMs).length).toBeLessThanOrEqual(
              pace.calls,
            );
      }),
      { numRuns: 150 },
    );
  });
});
