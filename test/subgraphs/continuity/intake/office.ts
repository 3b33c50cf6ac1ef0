// A made-up system for suites of the intake: it writes down every effect that a write has had on it, and fails as it is told.
import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, onTestFinished } from 'vitest';
import { createCipher } from '../../../../subgraphs/continuity/cipher.ts';
import { WireError, type WireFailure } from '../../../../subgraphs/continuity/errors.ts';
import { createIntake, type IntakeSurroundings } from '../../../../subgraphs/continuity/intake/index.ts';
import type { Counter, Intake, Submission } from '../../../../subgraphs/continuity/intake.ts';
import type { Mutation, ReceiptState, Step, StepContext } from '../../../../subgraphs/continuity/mutation.ts';
import { openStore, type Store, type StorePlace } from '../../../../subgraphs/continuity/store.ts';
import { createTestClock, settled, type TestClock } from '../../../clock.ts';
import { openMemory } from '../../../stores.ts';

/** What a note says: whose it is, what follows what, and what the system is to do with it. */
export interface Note {
  about: string;
  text: string;
  receipt?: string;
}

/**
 * How one call goes.
 * - OK; REFUSED: it says no. AWAY, BROKEN: it fails before anything is sent, for want of the backend or by itself.
 * - REFUSED_CONNECTION, BUSY, LOCKED: sent in vain. RESET: the connection broke.
 * - LOST: done, and the reply is lost. LATE: no reply, and done when `office.wake` is called. NEVER: no reply, and never done.
 * - HELD: it answers when `office.wake` is called. PAUSED: it goes out then.
 */
export type Way =
  | 'OK'
  | 'REFUSED'
  | 'AWAY'
  | 'BROKEN'
  | 'REFUSED_CONNECTION'
  | 'BUSY'
  | 'LOCKED'
  | 'RESET'
  | 'LOST'
  | 'LATE'
  | 'NEVER'
  | 'HELD'
  | 'PAUSED';

/** What the system has done, and how it goes on. */
export interface Office {
  /** Every effect, in order: its reference and what was noted. */
  effects: { reference: string; text: string; made: readonly unknown[] }[];
  /** How calls go, one after the other; then all that follow go OK. And how those about some text go, before that. */
  ways: Way[];
  waysOf: Record<string, Way[]>;
  /** How many requests have gone out that change something; how often it was looked for something. */
  sent: number;
  looked: number;
  /** Whether writes are taken. */
  open: 'TAKE' | 'DRAIN' | 'QUEUE';
  /** Whether it is an hour at which `byDay` may be sent. */
  isDay: boolean;
  /** The classes of calls that were made. */
  classes: { lane: string; background: boolean }[];
  /** Lets what is late, held or paused go on; or only what has been sent. */
  wake(): void;
  wakeLate(): void;
  /** Opens it and tells. */
  opens(): void;
  counter: Counter;
}

const failed = (failure: WireFailure, more = {}) => new WireError(failure, failure, more);

/** Changes a mutation or a step of the office. Throws where it has none of that name. */
export function amend(of: Readonly<Record<string, object | undefined>>, name: string, change: object): void {
  const it = of[name];
  if (!it) throw new Error(`The office has no ${name}: ${Object.keys(of).join(', ')}.`);
  Object.assign(it, change);
}

/** A system that takes notes. */
export function createOffice(): Office {
  const late = new Set<() => void>();
  const paused = new Set<() => void>();
  const goOn = (some: Set<() => void>) => {
    for (const each of some) each();
    some.clear();
  };
  const listeners = new Set<(backend: string) => void>();
  const office: Office = {
    effects: [],
    ways: [],
    waysOf: {},
    sent: 0,
    looked: 0,
    open: 'TAKE',
    isDay: true,
    classes: [],
    wake() {
      goOn(late);
      goOn(paused);
    },
    wakeLate: () => goOn(late),
    opens() {
      office.open = 'TAKE';
      for (const listener of listeners) listener('desk');
    },
    counter: {
      system: 'office',
      mutations: {
        note: mutation({ steps: [['noteByKey', 'note it']] }),
        noteReadBack: mutation({ steps: [['noteReadBack', 'note it']] }),
        noteOnce: mutation({ steps: [['noteOnce', 'note it']] }),
        noteTwice: mutation({
          steps: [
            ['noteByKey', 'note it'],
            ['noteByKey', 'note it again'],
          ],
        }),
        alarm: mutation({ steps: [['noteByKey', 'ring']], lane: () => 'EMERGENCY' }),
        now: mutation({ steps: [['noteByKey', 'note it now']], whileDown: { refuse: 'Not while we are closed.' } }),
        nowReadBack: mutation({
          steps: [['noteReadBack', 'note it']],
          whileDown: { refuse: 'Not while we are closed.' },
        }),
        byDay: { ...mutation({ steps: [['noteByKey', 'note it']] }), maySend: () => office.isDay },
        own: mutation({ steps: [] }),
        followOn: mutation({ steps: [['noteByKey', 'note it']], follows: ({ receipt }) => receipt ?? null }),
      },
      steps: {
        noteByKey: step('KEY'),
        noteReadBack: step('READ_BACK'),
        noteOnce: { ...step('NEVER'), find: undefined } as unknown as Step<Note, unknown>,
      },
      patienceMs: 300,
      open: () => office.open,
      async call(_backend, work, { lane, background }) {
        office.classes.push({ lane, background });
        return work(new AbortController().signal);
      },
      onOpen(listener) {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    },
  };

  const isDone = (reference: string) => office.effects.some((each) => each.reference === reference);

  function step(repeat: 'KEY' | 'READ_BACK' | 'NEVER'): Step<Note, unknown> {
    return {
      backend: 'desk',
      // Nobody holds it to that; a lease does not outlast it by much.
      timeoutMs: 1,
      repeat,
      async apply(note, context) {
        const way = office.waysOf[note.text]?.shift() ?? office.ways.shift() ?? 'OK';
        if (way === 'AWAY') throw failed('UNAVAILABLE');
        if (way === 'BROKEN') throw failed('GARBLED');
        if (way === 'PAUSED') await new Promise<void>((resolve) => paused.add(resolve));
        await context.sending();
        office.sent += 1;
        switch (way) {
          case 'REFUSED':
            // Not of what it has done: it knows that again.
            if (repeat === 'KEY' && isDone(context.reference)) return effect(note, context);
            throw failed('REFUSAL', { reason: 'The desk says no.' });
          case 'REFUSED_CONNECTION':
            throw failed('UNREACHABLE', { code: 'ECONNREFUSED' });
          case 'BUSY':
          case 'LOCKED':
            throw failed(way);
          case 'RESET':
            throw failed('UNREACHABLE', { code: 'ECONNRESET' });
          case 'LOST':
            effect(note, context);
            throw failed('TIMEOUT');
          case 'NEVER':
            throw failed('TIMEOUT');
          case 'LATE':
            late.add(() => effect(note, context));
            throw failed('TIMEOUT');
          case 'HELD':
            await new Promise<void>((resolve) => late.add(resolve));
            return effect(note, context);
          default:
            return effect(note, context);
        }

        function effect(of: Note, { reference, made, madeBy }: StepContext) {
          // What is asked by its own key twice is done once.
          if (repeat === 'KEY' && isDone(reference)) return `#${reference}`;
          office.effects.push({ reference, text: of.text, made: of.receipt ? madeBy(of.receipt) : made });
          return `#${reference}`;
        }
      },
      async find(_note, { reference }) {
        office.looked += 1;
        const way = office.ways.shift() ?? 'OK';
        if (way === 'AWAY') throw failed('UNAVAILABLE');
        return isDone(reference) ? `#${reference}` : undefined;
      },
    };
  }
  return office;
}

function mutation({
  steps,
  ...more
}: Partial<Omit<Mutation<Note>, 'steps'>> & { steps: [string, string][] }): Mutation<Note> {
  return {
    check(given) {
      const note = given as Note;
      return note.text.length > 20 ? { problems: [{ field: 'text', message: 'has at most 20 characters.' }] } : note;
    },
    entity: ({ about }) => about,
    terms: ({ about }) => [`person\n${about}`],
    steps: (note) => steps.map(([kind, title]) => ({ kind, title, input: note })),
    whileDown: 'QUEUE',
    sentences: ({ text }) => ({ QUEUED: `We have noted ${text}.`, APPLIED: `It is done: ${text}.` }),
    says: ({ text }) => ({ text }),
    made: (made) => made.filter((each) => each !== null).map((each) => ({ id: String(each), description: 'note' })),
    ...more,
  };
}

/** An intake over a store, for one suite. */
export interface Desk {
  at: StorePlace;
  intake: Intake;
  store: Store;
  office: Office;
  clock: TestClock;
  failures: string[];
  /** Submits a note; the key is `about` and `text` where none is given. */
  note(mutation: string, note: Note, key?: string): ReturnType<Intake['submit']>;
  /** How a receipt stood when it last changed. */
  states: Map<string, ReceiptState>;
  /** Waits until something is so; what falls due meanwhile runs, but no time passes. */
  sees(so: () => boolean): Promise<void>;
  /** Waits until a receipt stands so. */
  reaches(receipt: { id: string }, state: ReceiptState): Promise<void>;
}

const key = randomBytes(32);

/** Opens one. `beside`: over the same place as another, as a process beside it. */
export async function openDesk(
  place: StorePlace,
  options: Partial<IntakeSurroundings> & { office?: Office; clock?: TestClock; serve?: boolean } = {},
): Promise<Desk> {
  const { office = createOffice(), clock = createTestClock(), serve = true, numbers, ...more } = options;
  const store = more.store ?? (await openStore(place));
  const failures: string[] = [];
  const intake = createIntake({
    store,
    cipher: createCipher(new Map([['one', key]])),
    clock,
    random: () => 0,
    // As fast as it goes: how fast is another suite's.
    numbers: { perSecond: Number.POSITIVE_INFINITY, ...numbers },
    onFailure: (what, error) => failures.push(`${what}: ${error}`),
    ...more,
  });
  if (serve) intake.serve(office.counter);
  const states: Desk['states'] = new Map();
  intake.listen(({ id, state }) => states.set(id, state));
  async function sees(so: () => boolean): Promise<void> {
    for (let turn = 0; !so(); turn += 1) {
      if (turn > 200_000) throw new Error(`waited in vain for: ${so}`);
      // What was under way while time passed may have something to do only now.
      await (turn % 50 === 0 ? clock.advance(0) : settled());
    }
  }
  return {
    at: place,
    intake,
    store,
    office,
    clock,
    failures,
    states,
    sees,
    reaches: ({ id }, state) => sees(() => states.get(id) === state),
    note(name, note, idempotencyKey = `${note.about}/${note.text}`) {
      const submission: Submission = {
        client: 'form',
        system: 'office',
        mutation: name,
        idempotencyKey,
        input: note,
        channel: 'WEB',
      };
      return intake.submit(submission);
    },
  };
}

/** One over a store in memory, until the test ends: for what is the same on every engine. */
export async function openMemoryDesk(options: Parameters<typeof openDesk>[1] = {}): Promise<Desk> {
  const store = options.store ?? (await openMemory());
  // Looked at without a reason less often than a server does: hours pass in a moment.
  const numbers = { lookMs: 30_000, ...options.numbers };
  const desk = await openDesk({ file: 'memory' }, { ...options, store, numbers });
  onTestFinished(async () => {
    desk.office.wake();
    await desk.intake.close();
    if (!options.store) await store.close();
  });
  return desk;
}

/** Opens desks for tests, over one store that is emptied after each. To be called in a suite. */
export function createDesks(place: () => Promise<StorePlace>) {
  let opened: Desk[] = [];
  let shared: { at: StorePlace; store: Store } | null = null;

  afterEach(async () => {
    const all = opened;
    opened = [];
    for (const { office } of all) office.wake();
    for (const { intake } of all) await intake.close();
    for (const store of new Set(all.map((desk) => desk.store))) if (store !== shared?.store) await store.close();
    for (const table of ['receipt', 'receipt_step', 'receipt_term', 'lease'] as const) {
      await shared?.store.db.deleteFrom(table).execute();
    }
  });
  afterAll(() => shared?.store.close());

  return {
    async open(options: Parameters<typeof openDesk>[1] = {}): Promise<Desk> {
      if (!shared) {
        const at = await place();
        shared = { at, store: await openStore(at) };
      }
      const desk = await openDesk(shared.at, { store: shared.store, ...options });
      opened.push(desk);
      return desk;
    },
    /** One over a store of its own, which a test may break. */
    async alone(options: Parameters<typeof openDesk>[1] = {}): Promise<Desk> {
      const desk = await openDesk(await place(), options);
      opened.push(desk);
      return desk;
    },
    /**
     * Another process beside one, or after it, over the same store: on PostgreSQL with connections and a clock of its own.
     * A SQLite store has one process: what comes after it has its connection here.
     */
    async beside({ at, office, store }: Desk, options: Parameters<typeof openDesk>[1] = {}): Promise<Desk> {
      const desk = await openDesk(at, { office, ...(store.engine === 'SQLITE' && { store }), ...options });
      opened.push(desk);
      return desk;
    },
  };
}
