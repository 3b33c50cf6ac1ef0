// One request's way to the intake: what a system's resolvers write with, what is still on its way beside what they read, and
// Lintel's own records. Knows neither wires nor how a receipt is shown.
import DataLoader from 'dataloader';
import { GraphQLError } from 'graphql';
import type { Asker } from './asker.ts';
import { storeDown } from './errors.ts';
import type { Intake, Receipt, ReceiptFilter } from './intake.ts';
import type { Neighbours } from './neighbours.ts';
import type { Own } from './own.ts';

/** What every write has besides what it says. */
export interface Written {
  idempotencyKey: string;
  channel?: string;
}

/** A system's writes as its resolvers call them, beside the `Verbs` of its reads. */
export interface Writes {
  /**
   * Accepts a write, and gives its receipt as it stands within patience.
   * @param mutation a name of the system's `mutations`, the schema's own.
   * @param input as the client gave it, without the key.
   * @param channel through which it came; blank where the mutation has none.
   * @param known what Lintel knows besides: fields of the input that no client can give.
   * @throws GraphQLError with the words of the contract: BAD_USER_INPUT, IDEMPOTENCY_KEY_REUSED, STORE_DOWN.
   */
  write(
    mutation: string,
    input: unknown,
    idempotencyKey: string,
    channel?: string,
    known?: Readonly<Record<string, unknown>>,
  ): Promise<Receipt>;
  /**
   * Checks what of a write can be checked without the store, which may be away: to be called before anything is looked up
   * there that the write needs. `given`: as the client gave it, with its key.
   * @throws InputRefused with every problem, if one of them lies in the input alone.
   */
  check(mutation: string, given: Written): void;
  /**
   * What is to be shown beside what is recorded under a term (`termOf`): what is still open, was refused within a day, or
   * was applied after `sinceMs`, which is as of when the recorded value is. Oldest first. Fields that ask at once ask together.
   * Where the store fails, it throws STORE_DOWN: that nothing is pending is another answer.
   */
  pending(term: string, sinceMs: number): Promise<readonly Receipt[]>;
  /** One receipt of this system, by any id that it was given; null: there is none with that id. Throws STORE_DOWN, also where another gateway may have it. */
  receipt(id: string): Promise<Receipt | null>;
  /** Receipts of this system. Throws STORE_DOWN. */
  receipts(filter: Omit<ReceiptFilter, 'system'>): Promise<readonly Receipt[]>;
  /** Told of every receipt of this system that changes. Gives a function that ends it. */
  listen(listener: (receipt: Receipt) => void): () => void;
  /** Lintel's own records of this system. Throws STORE_DOWN where nothing is kept. */
  own(): Own;
  /** What is to be known of the other systems. */
  neighbours: Neighbours;
  /** Who gives orders in this request; the error for who may not. */
  operator: string | GraphQLError;
}

/** What writes need besides the intake. */
export interface WritesAside {
  own?: Own | undefined;
  neighbours?: Neighbours;
  /** What whoever gives orders elsewhere than on the operator socket is told. */
  forbidden: GraphQLError;
  /** Told when the store fails, for the log; whoever asked is told without its particulars. */
  onFailure?(what: string, error: unknown): void;
}

/** Why nothing can be written where nothing is kept. */
const noStore =
  'Nothing can be written here: this Lintel keeps nothing, and a write must be on a disk before it is accepted. ' +
  'Set STORE_FILE or DATABASE_URL.';

/** A system that runs by itself: nothing is known of any other. */
const alone: Neighbours = { stateOf: () => undefined, inNeed: async () => [] };

/** Writes of one request. `intake` null: nothing is kept, so nothing is accepted, and nothing is pending. */
export function writesOf(
  system: string,
  intake: Intake | null,
  asker: Asker = {},
  { own, neighbours = alone, forbidden, onFailure }: WritesAside = { forbidden: storeDown(noStore) },
): Writes {
  /** What the intake says of what is in it. */
  async function stored<T>(read: () => Promise<T> | undefined, absent: T): Promise<T> {
    try {
      return (await read()) ?? absent;
    } catch (error) {
      // Told in the words of the contract already.
      if (error instanceof GraphQLError) throw error;
      onFailure?.('reading receipts', error);
      throw storeDown("Lintel's own store cannot be read just now: what was written through it cannot be told.");
    }
  }

  const loader = new DataLoader(
    async (asked: readonly { term: string; sinceMs: number }[]) => {
      // The longest ago for each term; who asked for less gets less.
      const oldest = new Map<string, number>();
      for (const { term, sinceMs } of asked) oldest.set(term, Math.min(sinceMs, oldest.get(term) ?? sinceMs));
      const terms = [...oldest].map(([term, sinceMs]) => ({ term, sinceMs }));
      const found = await stored(() => intake?.pending(terms), new Map<string, readonly Receipt[]>());
      return asked.map(({ term, sinceMs }) =>
        (found.get(term) ?? []).filter(
          (each) => each.system === system && (each.state !== 'APPLIED' || each.changedAtMs > sinceMs),
        ),
      );
    },
    { cache: false, batchScheduleFn: (dispatch) => setImmediate(dispatch) },
  );
  return {
    async write(mutation, input, idempotencyKey, channel = '', known = {}) {
      if (!intake) throw storeDown(noStore);
      const client = asker.operator ?? asker.client ?? '';
      const receipt = await intake.submit({ client, system, mutation, idempotencyKey, input, channel, known });
      await own?.file(receipt);
      return receipt;
    },
    check(mutation, { idempotencyKey, channel: _channel, ...input }) {
      intake?.check({ system, mutation, input, idempotencyKey });
    },
    pending: (term, sinceMs) => loader.load({ term, sinceMs }),
    async receipt(id) {
      const receipt = await stored(() => intake?.receipt(id), null);
      return receipt?.system === system ? receipt : null;
    },
    listen: (listener) => intake?.listen((receipt) => receipt.system === system && listener(receipt)) ?? (() => {}),
    receipts: (filter) => stored(() => intake?.receipts({ ...filter, system }), []),
    own() {
      if (!own) throw storeDown(noStore);
      return own;
    },
    neighbours,
    operator: asker.operator ?? forbidden,
  };
}
