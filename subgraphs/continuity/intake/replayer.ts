// Sends what had to wait, for one system and one lane: the first open receipt of each entity, by how it stands and never by a
// cursor, at a pace that grows while it succeeds. Of several processes one at a time does. Knows no query and no wire.
import type { Clock } from '../clock.ts';
import type { Counter } from '../intake.ts';
import type { Lane } from '../mutation.ts';
import type { Ending } from './asking.ts';
import type { Due } from './due.ts';
import type { Head, HeadsOf } from './heads.ts';
import type { Lease } from './lease.ts';
import type { IntakeNumbers } from './numbers.ts';
import { createRamp } from './ramp.ts';

/** What a replayer needs. */
export interface Replaying {
  counter: Counter;
  lane: Lane;
  heads: HeadsOf;
  lease: Lease;
  due: Due;
  clock: Clock;
  numbers: IntakeNumbers;
  /** Takes a receipt over and makes one attempt at it. Null: it is somebody else's, or not its turn. */
  attempt(id: string): Promise<Ending | null>;
  /** A receipt that somebody was sending and does not answer for is in doubt from now on. False: it is not so. */
  doubt(id: string, token: number): Promise<boolean>;
  onFailure(what: string, error: unknown): void;
}

/** A replayer at work. */
export interface Replayer {
  /** There may be something to do. */
  wake(): void;
  /** Looks now, and resolves when nothing more can be sent just now. */
  drain(options?: { perSecond?: number | undefined; onEnded?: () => void }): Promise<void>;
  /** How many attempts at once it has come to. */
  width(): number;
  /** Resolves when what is under way has ended. */
  close(): Promise<void>;
}

/** Receipts that are looked at in one go: an index's page or two. */
const page = 200;

/** A replayer that works until it is closed. */
export function createReplayer(outside: Replaying): Replayer {
  const { counter, lane, lease, due, clock, numbers } = outside;
  let perSecond = numbers.perSecond;
  const ended = new Set<() => void>();
  const ramp = createRamp(clock, numbers.mostAtOnce, () => (lane === 'EMERGENCY' ? mostEmergencies : perSecond));
  const running = new Set<Promise<void>>();
  let working: Promise<void> | null = null;
  let again = false;
  let closed = false;
  let cancel = () => {};
  let takenAtMs = Number.NEGATIVE_INFINITY;

  /** Whether it is this process's turn, which is said again in good time. */
  async function mine(): Promise<boolean> {
    if (lease.held() && clock.elapsed() - takenAtMs < numbers.turnMs / 3) return true;
    takenAtMs = clock.elapsed();
    return lease.take();
  }

  /** When a head may be tried; never, where only a person's word can open it, or it is not the hour for it. */
  function dueMs(head: Head): number {
    const step = counter.steps[head.kind];
    if (head.state === 'QUEUED' && counter.mutations[head.mutation]?.maySend?.(clock.now()) === false) {
      return Number.POSITIVE_INFINITY;
    }
    if (head.state === 'AMBIGUOUS' && step?.repeat === 'NEVER' && !step.find) return Number.POSITIVE_INFINITY;
    return due.ofMs(head);
  }

  /** What may go by how backends stand now; and what is not to wait for them. */
  function heads(afterSeq: number): Promise<Head[]> {
    const backends = new Set(Object.values(counter.steps).map(({ backend }) => backend));
    const open = [...backends].filter((backend) => counter.open(backend) !== 'QUEUE');
    const impatient = Object.keys(counter.mutations).filter((name) => counter.mutations[name]?.whileDown !== 'QUEUE');
    return outside.heads.first({
      system: counter.system,
      lane,
      backends: open,
      mutations: impatient,
      afterSeq,
      most: page,
    });
  }

  /** Whether anything has come of it: if not, another look would find the same. */
  async function tried(head: Head): Promise<boolean> {
    let ending: Ending | null = null;
    try {
      ending = await outside.attempt(head.id);
    } catch (error) {
      outside.onFailure('replaying a write', error);
      due.ended(head.id, head.backend, 'FAILED');
    }
    // What only waits on says nothing of how the system fares.
    const telling = ending !== null && !['TAKEN_OVER', 'WAITING', 'NOT_YET'].includes(ending);
    ramp.ended(telling ? ending === 'FINISHED' : null);
    for (const told of ended) told();
    return ending !== null && ending !== 'TAKEN_OVER';
  }

  /** Goes once through all that waits. Gives whether anything has come of it, and when the next is due. */
  async function pass(): Promise<{ progress: boolean; soonestMs: number }> {
    let progress = false;
    let soonestMs = Number.POSITIVE_INFINITY;
    const seen = new Set<string>();
    const lost = await outside.heads.abandoned(counter.system);
    let some = await heads(0);
    if (lost.length + some.length === 0) {
      // Another process may have something to do.
      if (lease.held()) await lease.giveUp();
      return { progress, soonestMs };
    }
    if (!(await mine())) return { progress, soonestMs };
    for (const { id, token } of lost) progress = (await outside.doubt(id, token)) || progress;
    while (some.length > 0) {
      for (const head of some) {
        seen.add(head.id);
        const atMs = dueMs(head);
        if (atMs > clock.elapsed()) {
          soonestMs = Math.min(soonestMs, atMs);
          continue;
        }
        await ramp.turn();
        // Meanwhile its backend may have failed others, or it is another process's turn.
        let still = false;
        let goes = false;
        try {
          still = !closed && (await mine());
          goes = still && dueMs(head) <= clock.elapsed();
        } finally {
          if (!goes) ramp.ended(null);
        }
        if (!still) return { progress, soonestMs };
        if (!goes) continue;
        const one: Promise<void> = tried(head).then((ours) => {
          progress ||= ours;
          running.delete(one);
        });
        running.add(one);
      }
      some = some.length < page ? [] : await heads(some.at(-1)?.seq ?? 0);
    }
    await Promise.all(running);
    due.only(seen);
    return { progress, soonestMs };
  }

  /** Until there is nothing more to do just now. */
  async function work(): Promise<void> {
    let soonestMs = Number.POSITIVE_INFINITY;
    try {
      do {
        again = false;
        const found = await pass();
        soonestMs = found.soonestMs;
        // What was behind what is done now is first.
        again ||= found.progress;
      } while (again && !closed);
    } catch (error) {
      outside.onFailure('looking for writes that wait', error);
    }
    await Promise.all(running);
    if (closed) return;
    cancel();
    cancel = clock.after(Math.max(0, Math.min(numbers.lookMs, soonestMs - clock.elapsed())), () => void wake());
  }

  function wake(): Promise<void> {
    again = true;
    working ??= work().finally(() => {
      working = null;
      // Woken at the last moment.
      if (again && !closed) return wake();
    });
    return working;
  }

  return {
    wake: () => void wake(),
    async drain({ perSecond: rate, onEnded } = {}) {
      if (rate !== undefined) perSecond = rate;
      if (onEnded) ended.add(onEnded);
      try {
        await wake();
      } finally {
        if (onEnded) ended.delete(onEnded);
        if (rate !== undefined) perSecond = numbers.perSecond;
      }
    },
    width: ramp.width,
    async close() {
      closed = true;
      cancel();
      ramp.close();
      await working;
      await lease.giveUp().catch((error) => outside.onFailure('giving up a turn', error));
    },
  };
}

/** No emergency waits for its second: so many a second is as good as no limit. */
const mostEmergencies = 1_000;
