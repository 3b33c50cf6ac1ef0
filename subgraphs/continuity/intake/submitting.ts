// One write on its way in: checked, written down, tried at once, and told of within patience. Knows what a write says only
// through its mutation.
import { GraphQLError } from 'graphql';
import { storeDown } from '../errors.ts';
import { openForm } from '../form.ts';
import { InputRefused, KeyReused, type Receipt, type Submission } from '../intake.ts';
import type { Mutation, MutationSurroundings } from '../mutation.ts';
import { type Acceptance, type Accepted, acceptedOf, keyProblem, type Names, type Taken } from './accepted.ts';
import type { Book } from './book.ts';
import type { Entry } from './entry.ts';
import type { AtOnce, Sending } from './sending.ts';
import { IllegalTurn } from './stage.ts';

/** What submitting needs. */
export interface Submitting {
  names: Names;
  book: Book;
  sending: Sending;
  /** Where a write is written down, by how urgent it is. */
  acceptanceFor(accepted: Accepted): Acceptance;
  /** An entry by its id, wherever it is. */
  find(id: string): Promise<Entry | null>;
  /** As above, of a write that was accepted before: an emergency at once, as it is known here. */
  findAgain(id: string): Promise<Entry | null>;
  shown(entry: Entry): Receipt;
  surroundings: MutationSurroundings;
  elapsed(): number;
  /** What something comes to within so many ms, and before the intake is closed; else undefined. */
  within<T>(ms: number, something: Promise<T>): Promise<T | undefined>;
  acceptMs: number;
  /** Calls off what is not being written down yet. */
  withdraw(accepted: Accepted): void;
  /** Whether a write is in the emergency journal, and not in the store: it is sent when it is. */
  waits(id: string): boolean;
  onAccepted?: ((tookMs: number) => void) | undefined;
  onFailure(what: string, error: unknown): void;
}

/** What is said where nothing could be written down. */
const notWritten =
  'This could not be written down, so it was not accepted: what Lintel keeps cannot be written just now. ' +
  'Send it again with the same idempotency key.';
/** What is said where it cannot be told whether a write may be accepted, or was before. */
const notRead =
  'This was not accepted now: what Lintel keeps cannot be read just now, and this write builds on it. ' +
  'Send it again with the same idempotency key.';

/** Makes and checks submissions. See `Intake.submit` and `Intake.check`. */
export function createSubmitting(desk: Submitting) {
  const { names, book, sending, shown } = desk;
  /** By key, what is being written down just now: who sends the same meanwhile waits for the same. */
  const underway = new Map<string, Promise<Taken>>();

  /** Whoever writes is told as soon as it is known what came of it, or when patience is over; the attempt itself goes on. */
  async function told(it: AtOnce, patienceMs: number): Promise<Receipt> {
    if (patienceMs > 0) await desk.within(patienceMs, it.done);
    return shown(it.entry());
  }

  /** What the store says within the time for it; where it does not, an error that says so, and the log why. */
  async function stored<T>(what: string, sentence: string, work: Promise<T>): Promise<T> {
    try {
      const found = await desk.within(
        desk.acceptMs,
        work.then((value) => ({ value })),
      );
      if (!found) throw new Error(`The store gave no answer within ${desk.acceptMs} ms.`);
      return found.value;
    } catch (error) {
      // Told in the words of the contract already.
      if (error instanceof GraphQLError) throw error;
      desk.onFailure(what, error);
      throw storeDown(sentence);
    }
  }

  async function writtenDown(accepted: Accepted): Promise<Taken> {
    const beganMs = desk.elapsed();
    try {
      const taken = await stored('writing down a write', notWritten, desk.acceptanceFor(accepted).take(accepted));
      desk.onAccepted?.(desk.elapsed() - beganMs);
      return taken;
    } catch (error) {
      desk.withdraw(accepted);
      throw error;
    }
  }

  /** What was accepted under its key before: the same, as it stands by now. */
  async function before({ id, content }: Omit<Taken, 'fresh'>, given: string, patienceMs: number): Promise<Receipt> {
    if (content !== given) throw new KeyReused();
    const running = sending.running(id);
    if (running) return told(running, patienceMs);
    const entry = await stored('reading a receipt', notRead, desk.findAgain(id));
    if (!entry) throw new Error(`The receipt ${id} was there, and is gone.`);
    return shown(entry);
  }

  /** What it builds on must be there. */
  async function checkFollowed({ follows, system }: Accepted, given: unknown): Promise<void> {
    if (follows === null) return;
    const followed = await stored('reading what a write builds on', notRead, desk.find(follows));
    if (followed?.system === system) return;
    const field = fieldOf(given, follows) ?? 'receipt';
    throw new InputRefused([{ field, message: 'must be the id of a receipt that was given for an earlier write.' }]);
  }

  function mutationOf({ system, mutation: name }: Pick<Submission, 'system' | 'mutation'>) {
    const counter = sending.counterOf(system);
    const mutation = counter?.mutations[name] as Mutation<unknown> | undefined;
    if (!counter || !mutation) throw new Error(`Nobody here takes ${name} for the ${system} system.`);
    return { counter, mutation };
  }

  /** The input as its mutation checks and tidies it, and all that is wrong with it and its key. */
  function checkedOf(
    { counter, mutation }: ReturnType<typeof mutationOf>,
    { input, idempotencyKey, known }: Pick<Submission, 'input' | 'idempotencyKey' | 'known'>,
  ) {
    const wrongKey = keyProblem(idempotencyKey);
    const { settings } = counter;
    const checked = mutation.check(
      { ...(input as object), ...known },
      { ...desk.surroundings, ...(settings && { settings }) },
    );
    const form = openForm(input, desk.surroundings.now());
    const receivedAt = form.past('receivedAt');
    const problems = [...(wrongKey ? [wrongKey] : []), ...problemsIn(checked), ...problemsIn(form.filled({}))];
    return { checked, receivedAtMs: receivedAt === null ? null : Date.parse(receivedAt), problems };
  }

  /** Writes one down that nobody else is writing down just now, and tries it. */
  async function accept(accepted: Accepted, waitMs: number): Promise<Receipt> {
    const written = Promise.withResolvers<void>();
    // Begun before it is written down, so that nobody else sends it meanwhile.
    const it = sending.atOnce(accepted, written.promise);
    const begin = async (): Promise<Taken> => {
      let sent = false;
      try {
        const taken = await writtenDown(accepted);
        sent = taken.fresh && !desk.waits(accepted.id);
        if (sent) written.resolve();
        return taken;
      } finally {
        if (!sent) {
          written.reject(new IllegalTurn('There is nothing to be sent.'));
          // What was begun for nothing must be over before anybody could take it for an attempt.
          await it.done;
        }
      }
    };
    const begun = begin();
    underway.set(accepted.key, begun);
    const taken = await begun.finally(() => underway.delete(accepted.key));
    return taken.fresh ? told(it, waitMs) : before(taken, accepted.content, waitMs);
  }

  return {
    check(submission: Parameters<typeof mutationOf>[0] & Parameters<typeof checkedOf>[1]): void {
      const { problems } = checkedOf(mutationOf(submission), submission);
      if (problems.some(({ lasting }) => lasting)) throw new InputRefused(problems);
    },
    async submit(submission: Submission): Promise<Receipt> {
      const { client, idempotencyKey } = submission;
      const { counter, mutation } = mutationOf(submission);
      const patienceMs = mutation.patienceMs ?? counter.patienceMs;
      const { checked, receivedAtMs, problems } = checkedOf({ counter, mutation }, submission);
      if (problems.some(({ lasting }) => lasting)) throw new InputRefused(problems);
      if (problems.length > 0) {
        // What was accepted once is answered as before, though it would be accepted no more: a time to book that has passed.
        const standing = book.standing(names.key(client, submission.mutation, idempotencyKey));
        const known = await stored('looking whether a write was accepted before', notRead, standing);
        const content = names.content(submission.input);
        if (known?.content === content) return before(known, content, patienceMs);
        throw new InputRefused(problems);
      }
      const accepted = acceptedOf(submission, mutation, checked, {
        names,
        nowMs: desk.surroundings.now(),
        receivedAtMs,
        backendOf(kind) {
          const step = counter.steps[kind];
          if (!step) throw new Error(`The ${submission.system} system has no step ${kind}.`);
          return step.backend;
        },
      });
      // Who reports an emergency is told in 100 ms that it is written down, whatever hangs; what comes of it, its receipt tells.
      const waitMs = accepted.lane === 'EMERGENCY' ? 0 : patienceMs;
      await checkFollowed(accepted, submission.input);
      const joined = underway.get(accepted.key);
      if (joined) return before(await joined, accepted.content, waitMs);
      const running = sending.running(accepted.id);
      if (running) return told(running, waitMs);
      return accept(accepted, waitMs);
    },
  };
}

function problemsIn(checked: unknown): InputRefused['problems'] {
  return typeof checked === 'object' && checked !== null && 'problems' in checked
    ? (checked.problems as InputRefused['problems'])
    : [];
}

/** Where in an input a text stands, as `follows` or `work.receipt`. */
function fieldOf(given: unknown, text: string): string | null {
  if (typeof given !== 'object' || given === null) return null;
  for (const [name, value] of Object.entries(given)) {
    if (value === text) return name;
    const below = fieldOf(value, text);
    if (below) return `${name}.${below}`;
  }
  return null;
}
