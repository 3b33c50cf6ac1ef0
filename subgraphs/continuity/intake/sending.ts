// Who sends what, and when: a new write at once, while whoever wrote it waits; what had to wait by the replayers of its system.
// One system is served at a time here, by this process. Knows neither what writes say nor how they are accepted.
import type { Clock } from '../clock.ts';
import type { Counter } from '../intake.ts';
import type { Lane } from '../mutation.ts';
import type { Store } from '../store.ts';
import type { Accepted } from './accepted.ts';
import type { Ending } from './asking.ts';
import { type Attempting, attempt } from './attempt.ts';
import { type Claim, TakenOver } from './book.ts';
import { createDue, type Due } from './due.ts';
import { type Entry, entryOf } from './entry.ts';
import type { Head, HeadsOf } from './heads.ts';
import { createLease } from './lease.ts';
import { createReplayer, type Replayer } from './replayer.ts';
import { IllegalTurn } from './stage.ts';

/** An attempt that is made at once. */
export interface AtOnce {
  /** Resolves when it is over, whatever came of it. */
  done: Promise<void>;
  /** How the receipt stands by what this process knows. */
  entry(): Entry;
}

/** What sends. */
export interface Sending {
  /** Serves a system from here on. Gives what ends that, and resolves when nothing is under way any more. */
  serve(counter: Counter): () => Promise<void>;
  counterOf(system: string): Counter | undefined;
  /** Tries a write as soon as it is written down, if its system takes writes. To be called before it is written down. */
  atOnce(accepted: Accepted, written: Promise<unknown>): AtOnce;
  /** The attempt that is being made at once at a receipt. */
  running(id: string): AtOnce | undefined;
  /** Something of a system's may have to be sent. */
  wake(system: string): void;
  /** Sends what can be sent now. */
  drain(system: string | undefined, perSecond: number | undefined, onEnded: () => void): Promise<void>;
  close(): Promise<void>;
}

/** What sending needs. */
export interface SendingSurroundings extends Attempting {
  store: Store;
  heads: HeadsOf;
  clock: Clock;
  random: () => number;
  /** This process's name. */
  holder: string;
}

interface Served {
  counter: Counter;
  /** What waits, by lane: each has a replayer of its own, which forgets what it does not meet. */
  due: Record<Lane, Due>;
  /** As for all, but that a result that cannot be written is left when the system is served no longer: it is in doubt then. */
  desk: Attempting;
  replayers: Replayer[];
}

/** What an attempt at a system's writes is made with. */
type Serving = Pick<Served, 'counter' | 'due' | 'desk'>;

const lanes: readonly Lane[] = ['EMERGENCY', 'ORDINARY'];

/** Serves no system yet. */
export function createSending(outside: SendingSurroundings): Sending {
  const { store, book, clock, numbers, holder, onFailure } = outside;
  const served = new Map<string, Served>();
  const running = new Map<string, AtOnce>();
  /** What this process is at: in a SQLite store nothing else says so. */
  const holding = new Set<string>();

  function wake(system: string): void {
    for (const replayer of served.get(system)?.replayers ?? []) replayer.wake();
  }

  /** Takes a receipt over and makes one attempt. Null: it is somebody else's, or not its turn. */
  async function once(
    of: Serving,
    id: string,
    background: boolean,
    onClaim: (claim: Claim) => void = () => {},
  ): Promise<Ending | null> {
    if (holding.has(id)) return null;
    holding.add(id);
    try {
      const claim = await book.claim(id, numbers.leaseMs);
      if (!claim) return null;
      onClaim(claim);
      return await held(claim, of, background);
    } finally {
      holding.delete(id);
    }
  }

  async function held(claim: Claim, { counter, due, desk }: Serving, background: boolean): Promise<Ending> {
    const { id } = claim.entry;
    const waits = due[claim.entry.lane];
    const before = headOf(claim.entry);
    const settled = before !== null && waits.ofMs(before) <= clock.elapsed();
    let afterMs: number | undefined;
    const onNotYet = (ms: number) => {
      afterMs = ms;
    };
    const ending = await attempt(claim, counter, desk, { background, settled, onNotYet });
    const after = headOf(claim.entry) ?? before;
    if (after) waits.ended(id, after.backend, ending, afterMs);
    // From here on its quarantine is counted.
    if (after && ending === 'DOUBT') waits.ofMs(after);
    return ending;
  }

  /** What was being sent by a process that does not answer for it any more. */
  async function doubt(id: string, token: number): Promise<boolean> {
    if (holding.has(id)) return false;
    const message = 'It was sent, and the process that sent it is no more.';
    try {
      await book.decide(id, (entry) => {
        if (entry.token !== token) throw new TakenOver('Somebody has it after all.');
        const position = entry.steps.findIndex(({ stage }) => stage.state !== 'APPLIED');
        return { position, turns: [{ turn: 'DOUBT', message, counts: false }] };
      });
    } catch (error) {
      if (!(error instanceof TakenOver || error instanceof IllegalTurn)) throw error;
      return false;
    }
    return true;
  }

  async function tryAtOnce(
    of: Served,
    { id, mutation, steps: [first] }: Accepted,
    onEntry: (entry: () => Entry) => void,
  ): Promise<void> {
    if (!first) return;
    const { counter } = of;
    const open = counter.open(first.backend) === 'TAKE';
    const ending = open ? await once(of, id, false, (claim) => onEntry(() => claim.entry)) : null;
    const { whileDown = 'QUEUE' } = counter.mutations[mutation] ?? {};
    if (ending !== null || whileDown === 'QUEUE') return;
    // It is not its turn, and it must not wait for it; unless another process is at it already.
    const refused = await book.decide(id, ({ steps: [step] }) => {
      if (step?.stage.state !== 'QUEUED') throw new IllegalTurn('It is being sent.');
      return { position: 0, turns: [{ turn: 'REFUSE', message: whileDown.refuse }] };
    });
    if (refused) onEntry(() => refused);
  }

  return {
    counterOf: (system) => served.get(system)?.counter,
    running: (id) => running.get(id),
    wake,
    atOnce(accepted, written) {
      const { id, system } = accepted;
      let entry = () => entryOf(accepted);
      const one: AtOnce = {
        entry: () => entry(),
        done: written
          .then(async () => {
            const of = served.get(system);
            if (of) await tryAtOnce(of, accepted, (found) => (entry = found));
          })
          .catch((error) => {
            if (!(error instanceof IllegalTurn)) onFailure('trying a write at once', error);
          })
          .finally(() => {
            running.delete(id);
            wake(system);
          }),
      };
      running.set(id, one);
      return one;
    },
    serve(counter) {
      const { system } = counter;
      const dueOf = () => createDue(clock, outside.random, numbers);
      const due = { EMERGENCY: dueOf(), ORDINARY: dueOf() };
      let leaving = false;
      const desk = { ...outside, surely: (work: () => Promise<void>) => outside.surely(work, () => leaving) };
      const others = (lane: Lane) => replayers.filter((_other, index) => lanes[index] !== lane);
      const replayers: Replayer[] = lanes.map((lane) =>
        createReplayer({
          ...outside,
          counter,
          lane,
          due: due[lane],
          lease: createLease(store, clock, holder, `replay/${system}/${lane}`, numbers.turnMs),
          async attempt(id) {
            // Whoever waits for an answer goes first.
            if (running.has(id)) return null;
            const ending = await once({ counter, due, desk }, id, true);
            // What builds on it may be of another lane.
            if (ending === 'FINISHED') for (const other of others(lane)) other.wake();
            return ending;
          },
          doubt,
        }),
      );
      served.set(system, { counter, due, desk, replayers });
      const stopListening = counter.onOpen((backend) => {
        for (const lane of lanes) due[lane].opened(backend);
        wake(system);
      });
      wake(system);
      return async () => {
        leaving = true;
        stopListening();
        served.delete(system);
        const last = [...running.values()].filter(({ entry }) => entry().system === system);
        await Promise.all([...replayers.map((replayer) => replayer.close()), ...last.map(({ done }) => done)]);
      };
    },
    async drain(system, perSecond, onEnded) {
      const some = [...served.values()].filter(({ counter }) => system === undefined || counter.system === system);
      const all = some.flatMap(({ replayers }) => replayers);
      await Promise.all(all.map((replayer) => replayer.drain({ perSecond, onEnded })));
    },
    async close() {
      const all = [...served.values()].flatMap(({ replayers }) => replayers);
      await Promise.all([...all.map((replayer) => replayer.close()), ...[...running.values()].map(({ done }) => done)]);
    },
  };
}

/** The step that is next, as what waits is remembered by. */
function headOf({ id, steps }: Entry): Pick<Head, 'id' | 'state' | 'backend' | 'reference' | 'attempts'> | null {
  const step = steps.find(({ stage }) => stage.state !== 'APPLIED');
  if (!step) return null;
  const { backend, reference, attempts, stage } = step;
  return { id, state: stage.state, backend, reference, attempts };
}
