// One write on its way in: checked, written down, tried at once, and told of within patience. Knows what a write says only
// through its mutation.
import { storeDown } from '../errors.ts';
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
  shown(entry: Entry): Receipt;
  surroundings: MutationSurroundings;
  elapsed(): number;
  /** What something comes to within so many ms, and before the intake is closed; else undefined. */
  within<T>(ms: number, something: Promise<T>): Promise<T | undefined>;
  acceptMs: number;
  /** Calls off what is not being written down yet. */
  withdraw(id: string): void;
  /** Whether a write is in the emergency journal, and not in the store: it is sent when it is. */
  waits(id: string): boolean;
  bytes?: ((count: number) => Buffer) | undefined;
  onAccepted?: ((tookMs: number) => void) | undefined;
  onFailure(what: string, error: unknown): void;
}

/** What is said where nothing could be written down. */
const notWritten =
  'This could not be written down, so it was not accepted: what Lintel keeps cannot be written just now. ' +
  'Send it again with the same idempotency key.';

/** Makes submissions. See `Intake.submit`. */
export function createSubmitting(desk: Submitting): (submission: Submission) => Promise<Receipt> {
  const { names, book, sending, shown } = desk;

  /** Whoever writes is told as soon as it is known what came of it, or when patience is over; the attempt itself goes on. */
  async function told(it: AtOnce, patienceMs: number): Promise<Receipt> {
    if (patienceMs > 0) await desk.within(patienceMs, it.done);
    return shown(it.entry());
  }

  async function writtenDown(accepted: Accepted): Promise<Taken> {
    const beganMs = desk.elapsed();
    try {
      const taken = await desk.within(desk.acceptMs, desk.acceptanceFor(accepted).take(accepted));
      if (!taken) throw new Error(`It was not written down within ${desk.acceptMs} ms.`);
      desk.onAccepted?.(desk.elapsed() - beganMs);
      return taken;
    } catch (error) {
      desk.onFailure('writing down a write', error);
      desk.withdraw(accepted.id);
      throw storeDown(notWritten);
    }
  }

  /** What was accepted under its key before: the same, as it stands by now. */
  async function before({ id, content }: Taken, given: string, patienceMs: number): Promise<Receipt> {
    if (content !== given) throw new KeyReused();
    const running = sending.running(id);
    if (running) return told(running, patienceMs);
    const entry = await desk.find(id);
    if (!entry) throw new Error(`The receipt ${id} was there, and is gone.`);
    return shown(entry);
  }

  /** What it builds on must be there. */
  async function checkFollowed({ follows, system }: Accepted, given: unknown): Promise<void> {
    if (follows === null || (await desk.find(follows))?.system === system) return;
    const field = fieldOf(given, follows) ?? 'receipt';
    throw new InputRefused([{ field, message: 'must be the id of a receipt that was given for an earlier write.' }]);
  }

  return async (submission) => {
    const { system, client, idempotencyKey } = submission;
    const counter = sending.counterOf(system);
    const mutation = counter?.mutations[submission.mutation] as Mutation<unknown> | undefined;
    if (!counter || !mutation) throw new Error(`Nobody here takes ${submission.mutation} for the ${system} system.`);
    const wrongKey = keyProblem(idempotencyKey);
    const patienceMs = mutation.patienceMs ?? counter.patienceMs;
    const checked = mutation.check(
      { ...(submission.input as object), ...submission.known },
      {
        ...desk.surroundings,
        ...(counter.settings && { settings: counter.settings }),
      },
    );
    const problems = [...(wrongKey ? [wrongKey] : []), ...problemsIn(checked)];
    if (problems.length > 0) {
      // What was accepted once is answered as before, though it would be accepted no more: a time to book that has passed.
      const known = wrongKey ? null : await book.standing(names.key(client, submission.mutation, idempotencyKey));
      const content = names.content(submission.input);
      if (known?.content === content) return before(known, content, patienceMs);
      throw new InputRefused(problems);
    }
    const accepted = acceptedOf(submission, mutation, checked, {
      names,
      nowMs: desk.surroundings.now(),
      backendOf(kind) {
        const step = counter.steps[kind];
        if (!step) throw new Error(`The ${system} system has no step ${kind}.`);
        return step.backend;
      },
      ...(desk.bytes && { bytes: desk.bytes }),
    });
    // Who reports an emergency is told in 100 ms that it is written down, whatever hangs; what comes of it, its receipt tells.
    const waitMs = accepted.lane === 'EMERGENCY' ? 0 : patienceMs;
    await checkFollowed(accepted, submission.input);
    const written = Promise.withResolvers<void>();
    // Begun before it is written down, so that nobody else sends it meanwhile.
    const it = sending.atOnce(accepted, written.promise);
    try {
      const taken = await writtenDown(accepted);
      if (taken.id !== accepted.id) return await before(taken, accepted.content, waitMs);
      if (desk.waits(accepted.id)) return shown(it.entry());
      written.resolve();
    } finally {
      // Does nothing where it was resolved.
      written.reject(new IllegalTurn('There is nothing to be sent.'));
    }
    return told(it, waitMs);
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
