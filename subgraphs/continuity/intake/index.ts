// The intake, put together: what accepts, what sends, what is found, what people decide. What it promises is in intake.ts;
// what its receipts go through is in stage.ts.
import { randomBytes, randomInt } from 'node:crypto';
import type { Cipher } from '../cipher.ts';
import type { Clock } from '../clock.ts';
import { storeDown } from '../errors.ts';
import type { Intake, Receipt } from '../intake.ts';
import { createLimit } from '../limit.ts';
import type { Mutations, ReceiptState } from '../mutation.ts';
import type { Snapshots } from '../snapshots.ts';
import type { Store } from '../store.ts';
import { termsOf } from '../terms.ts';
import { createAcceptance } from './acceptance.ts';
import { type Acceptance, createNames, type EmergencyLane } from './accepted.ts';
import { createAppliedWrites } from './applied-writes.ts';
import { createBook, TakenOver } from './book.ts';
import { createDecisions } from './decisions.ts';
import { createPapers, type Entry, entryOf, madeOf, receiptOf } from './entry.ts';
import { createFigures } from './figures.ts';
import { createFinding, ledgerOf } from './finding.ts';
import { forgetWrites } from './forgetting.ts';
import { createHeads } from './heads.ts';
import { createHearing } from './hearing.ts';
import { type IntakeNumbers, intakeNumbers } from './numbers.ts';
import { createSending } from './sending.ts';
import { IllegalTurn } from './stage.ts';
import { stillMade } from './still.ts';
import { createSubmitting } from './submitting.ts';

/** What the intake needs from outside. */
export interface IntakeSurroundings {
  store: Store;
  cipher: Cipher;
  clock: Clock;
  /** What mutations look at to check an input. */
  snapshots?: Snapshots | undefined;
  /** Mutations by system: the words of receipts of systems that this process does not serve. */
  mutations?: Readonly<Record<string, Mutations>> | undefined;
  numbers?: Partial<IntakeNumbers> | undefined;
  /** What stands around the store for emergencies. */
  emergencies?: ((store: Acceptance) => EmergencyLane) | undefined;
  /** In [0, 1); scatters back-offs. */
  random?: () => number;
  /** What this process is called among those that share the store: another at each start. */
  process?: string;
  /** Told of what fails, for the log. Never anything of what a write says. */
  onFailure(what: string, error: unknown): void;
}

/** As good as any for scattering. */
const chance = () => randomInt(2 ** 47) / 2 ** 47;
/** Nothing comes of it. */
const never = new Promise<never>(() => {});
/** An honest store tells of one receipt in a few ms. */
const shortMs = 50;
/** Four days of them (journal.ts); a few MB. */
const mostRecent = 1_024;
/** What is said of an emergency that was given out, and that this process cannot see. */
const elsewhere =
  'This receipt was given out, and it is not in the store yet: it may be in the emergency journal of another Lintel over ' +
  'the same database, which brings it there as soon as it can. Ask again.';
/** How long after the store has failed to take a result it is given it again, in ms. */
const tryAgainMs = 2_000;

/** The intake over a store. What an earlier process left unfinished in it goes on as soon as its system is served. */
export function createIntake(outside: IntakeSurroundings): Intake {
  const { store, cipher, clock, snapshots, random = chance, onFailure } = outside;
  const numbers = { ...intakeNumbers, ...outside.numbers };
  const names = createNames(cipher);
  const papers = createPapers(cipher);
  const stops = new Set<() => void>();
  /** Emergencies as this process knew them last, by id: for who sends one again while the store gives no answer. */
  const recent = new Map<string, Entry>();
  let closed = false;

  const mutationOf = ({ system, mutation }: Pick<Entry, 'system' | 'mutation'>) =>
    (sending.counterOf(system)?.mutations ?? outside.mutations?.[system])?.[mutation];
  /** By them it is seen whether a number was given to another record before. */
  const madeTerms = (entry: Pick<Entry, 'system' | 'mutation' | 'steps'>) => {
    const made = mutationOf(entry)?.made?.(madeOf(entry)) ?? [];
    return termsOf(
      'made',
      made.map(({ id }) => id),
    ).map(names.term);
  };
  const holder = outside.process ?? randomBytes(16).toString('hex');
  const book = createBook(store, papers, clock, holder, changed, onFailure, madeTerms);
  const hearing = createHearing(store, book, clock, numbers.hearMs, onFailure);
  const finding = createFinding(store, book, clock);
  const figures = createFigures(finding, clock);
  const limited = createLimit(clock);
  const limitedReads = createLimit(clock);
  /** What the store says, in as long as somebody waits for it: one that hangs has failed. */
  const read = <T>(work: () => Promise<T>) => limitedReads(numbers.acceptMs, work);
  const acceptance = createAcceptance(
    store,
    papers,
    (accepted) => {
      changed(entryOf(accepted), 0);
      // What is tried at once wakes whoever sends the rest when that is over.
      if (!sending.running(accepted.id)) sending.wake(accepted.system);
    },
    // Longer than anybody waits for it: those behind it have been told by then, and called off.
    (work) => limited(2 * numbers.acceptMs, work),
  );
  const emergencies = outside.emergencies?.(acceptance);
  /** What goes to the journal is told of as well: the dispatch list has it. */
  const urgent: Acceptance | undefined = emergencies && {
    async take(accepted) {
      const taken = await emergencies.take(accepted);
      if (taken.fresh && waits(accepted.id)) changed(entryOf(accepted), 0);
      return taken;
    },
  };
  const waits = (id: string) => emergencies?.waiting().some((each) => each.id === id) ?? false;
  const unwritten = () => (emergencies?.waiting() ?? []).map(entryOf);
  const sending = createSending({
    store,
    book,
    heads: createHeads(store),
    clock,
    numbers,
    random,
    holder,
    limited,
    surely,
    onFailure,
  });
  const decisions = createDecisions(book, clock.now);

  /** The store knows best, once it has it; while it takes nothing, what is written down beside it is all there is. */
  async function find(id: string): Promise<Entry | null> {
    const beside = unwritten().find((each) => each.id === id);
    if (beside) return lastKnown(id, beside);
    const entry = await read(() => book.entry(id));
    // Not there, or not there yet: where several processes share the store, each has a journal that the others cannot see.
    if (!entry && store.engine === 'POSTGRESQL' && names.isEmergency(id)) throw storeDown(elsewhere);
    return entry;
  }

  /** As the store has it or, where that gives no answer at once, as this process knows it. */
  async function lastKnown(id: string, known: Entry): Promise<Entry> {
    const stored = book.entry(id).catch(() => 'told to whoever has only the store');
    const found = await within(shortMs, stored);
    if (typeof found !== 'object' || !found) return known;
    // Told once, it is told so again: when it was accepted is the earliest that anybody was told.
    if (recent.has(id)) recent.set(id, found);
    return found;
  }

  /** An emergency that was sent again is answered at once, too; anything else as soon as the store can. */
  async function findAgain(id: string): Promise<Entry | null> {
    const known = recent.get(id);
    return known ? lastKnown(id, known) : find(id);
  }

  /** This process has changed one, or accepted it. */
  function changed(entry: Entry, revision: number): void {
    if (entry.lane === 'EMERGENCY') {
      recent.delete(entry.id);
      recent.set(entry.id, entry);
      const [oldest] = recent.keys();
      if (oldest !== undefined && recent.size > mostRecent) recent.delete(oldest);
    }
    hearing.changed(entry, revision);
  }
  const shown = (entry: Entry): Receipt => {
    const mutation = mutationOf(entry);
    const receipt = receiptOf(entry, mutation, clock.now());
    if (!mutation?.still || receipt.made.length === 0) return receipt;
    return { ...receipt, stillMade: () => stillMade(entry, receipt.made, mutation, sending.counterOf(entry.system)) };
  };
  const { submit, check } = createSubmitting({
    names,
    book,
    sending,
    acceptanceFor: ({ lane }) => (lane === 'EMERGENCY' && urgent ? urgent : acceptance),
    find,
    findAgain,
    shown,
    surroundings: { now: clock.now, snapshots },
    elapsed: clock.elapsed,
    within,
    acceptMs: numbers.acceptMs,
    withdraw: acceptance.withdraw,
    waits,
    onAccepted: figures.accepted,
    onFailure,
  });

  async function within<T>(ms: number, something: Promise<T>): Promise<T | undefined> {
    let stop = () => {};
    const over = new Promise<undefined>((resolve) => {
      const cancel = clock.after(ms, () => stop());
      stop = () => {
        cancel();
        stops.delete(stop);
        resolve(undefined);
      };
      stops.add(stop);
      if (closed) stop();
    });
    try {
      return await Promise.race([something, over]);
    } finally {
      stop();
    }
  }

  /** What has become of a write must be written down, however often that has to be tried, or another process finds it in doubt. */
  async function surely(work: () => Promise<void>, givesUp = () => false): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await work();
      } catch (error) {
        if (error instanceof TakenOver || error instanceof IllegalTurn || closed || givesUp()) throw error;
        if (tries === 1) onFailure('writing down what became of a write', error);
        await within(tryAgainMs, never);
      }
    }
  }

  async function decided(decision: Promise<Entry>): Promise<Receipt> {
    const entry = await decision;
    // What was behind it may be first now.
    sending.wake(entry.system);
    return shown(entry);
  }

  return {
    serve: sending.serve,
    submit,
    check,
    async receipt(id) {
      const entry = await find(id);
      return entry && shown(entry);
    },
    receipts: async (filter) => (await read(() => finding.receipts(filter, unwritten()))).map(shown),
    async pending(terms) {
      const waiting = emergencies?.waiting() ?? [];
      const since = new Map(terms.map(({ term, sinceMs }) => [names.term(term), sinceMs]));
      const found = await read(() => finding.pending(since));
      const of = ({ term }: { term: string }) => {
        const name = names.term(term);
        const stored = found.get(name) ?? [];
        const others = waiting.filter(
          ({ id, terms: some }) => some.includes(name) && !stored.some((one) => one.id === id),
        );
        return [...stored, ...others.map(entryOf)].map(shown);
      };
      return new Map(terms.map((asked) => [asked.term, of(asked)]));
    },
    cancel: (id, who, why) => decided(decisions.cancel(id, who, why)),
    settle: (id, verdict, who, why) => decided(decisions.settle(id, verdict, who, why)),
    ledger: async (system) => ledgerOf(await read(() => finding.counts(system, unwritten()))),
    listen: (listener) => hearing.listen((entry) => listener(shown(entry))),
    async replay({ system, perSecond, onProgress } = {}) {
      const { byState } = ledgerOf(await finding.counts(system));
      const waiting = byState.QUEUED + byState.AMBIGUOUS;
      let done = 0;
      await sending.drain(system, perSecond, () => {
        done += 1;
        try {
          onProgress?.(done, Math.max(0, waiting - done));
        } catch (error) {
          onFailure('telling how far a replay has come', error);
        }
      });
    },
    applied: createAppliedWrites(store, book, clock.now),
    forget(terms, about = []) {
      recent.clear();
      return forgetWrites(store, papers, {
        terms: terms.map(names.term),
        entities: about.map(({ system, kind, id }) => names.entity(system, `${kind}/${id}`)),
        unwritten: emergencies?.waiting() ?? [],
        inUse: ({ system, mutation, lane, state, accepted_at }) => {
          const forMs = mutationOf({ system, mutation })?.workedFromMs?.[state as ReceiptState] ?? 0;
          return lane === 'EMERGENCY' && accepted_at > clock.now() - forMs;
        },
      });
    },
    figures: figures.now,
    async close() {
      closed = true;
      for (const stop of [...stops]) stop();
      await hearing.close();
      await sending.close();
      await emergencies?.close();
    },
  };
}
