// Who reads while a system is broken: each request is sent at its time and its answer judged. Knows what to ask of whom;
// not what is broken, nor how.
import { type Load, type Shot, startLoad } from '../bench/outage/load.ts';
import type { Stream } from '../bench/outage/streams.ts';
import type { Landlord } from './landlord.ts';
import type { Site } from './site.ts';
import { idOf, judge, type Memory, newMemory, type Target } from './targets.ts';

/** Readers of a site: of the system that is to be broken, records that are kept and others that never are; and of the others. */
export interface Readers {
  readonly shots: readonly Shot[];
  memory: Memory;
  /** Waits until something is so; looked at whenever a request has ended. Bounded by the test's time limit. */
  until(so: () => boolean): Promise<void>;
  stop(): Promise<void>;
}

/** Few enough that each is asked for twice a second, and that they never fill a backend's places. */
const keptKeys = 8;
/** Questions a second of each reader. Lettings allows twenty calls, of all of them together. */
const pace = { kept: 24, fresh: 4, other: 20, lettings: 5, lettingsKept: 8 };
/** Where fewer records than this have never been asked for, kept ones alone are: fresh ones would run out. */
const enoughFresh = 100;

const inTurn =
  ({ keys }: Target) =>
  (turn: number) =>
    keys[turn % Math.min(keys.length, keptKeys)] as string;

function others(targets: readonly Target[], broken: string, memory: Memory): Stream[] {
  return targets
    .filter(({ system }) => system !== broken)
    .map((target) => {
      const perSecond = target.system === 'lettings' ? pace.lettings : pace.other;
      return streamOf('other', perSecond, target, inTurn(target), memory);
    });
}

/** Reads the other systems by the Lintel that nothing is done to. */
export function readControl({ controlUrl, targets }: Landlord, broken: string): Load {
  return startLoad(controlUrl, others(targets, broken, newMemory()));
}

/** Begins to read. */
export function read({ landlord: { targets }, lintel, freshTurns }: Site, target: Target): Readers {
  const memory = newMemory();
  const streams = others(targets, target.system, memory);
  const perSecond = target.system === 'lettings' ? pace.lettingsKept : pace.kept;
  streams.push(streamOf('kept', perSecond, target, inTurn(target), memory));
  const first = freshTurns.get(target) ?? 0;
  const fresh = target.keys.slice(keptKeys);
  if (fresh.length - first >= enoughFresh) {
    const next = (turn: number) => {
      freshTurns.set(target, first + turn + 1);
      return fresh[(first + turn) % fresh.length] as string;
    };
    streams.push(streamOf('fresh', pace.fresh, target, next, memory));
  }
  return readersOf(lintel.url, streams, memory);
}

/** Readers of any streams. */
export function readersOf(url: string, streams: readonly Stream[], memory: Memory): Readers {
  const waiting = new Set<() => void>();
  const load = startLoad(url, streams, () => {
    for (const look of [...waiting]) look();
  });
  return {
    shots: load.shots,
    memory,
    until: (so) =>
      new Promise((resolve) => {
        const look = () => {
          if (!so()) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    stop: () => load.stop(),
  };
}

/** Asks a target for records in turn, and judges each answer. */
export function streamOf(
  name: string,
  perSecond: number,
  target: Target,
  keyOf: (turn: number) => string,
  memory: Memory,
): Stream {
  const asked = new Map<number, { key: string; seenMs: number }>();
  return {
    name,
    perSecond,
    body(turn) {
      const key = keyOf(turn);
      asked.set(turn, { key, seenMs: memory.liveAtMs.get(idOf(target, key)) ?? 0 });
      return JSON.stringify({ query: target.query, ...(key && { variables: { id: key } }) });
    },
    answerOf(reply, turn) {
      const { key, seenMs } = asked.get(turn) as { key: string; seenMs: number };
      asked.delete(turn);
      return judge(target, key, reply, memory, seenMs);
    },
  };
}
