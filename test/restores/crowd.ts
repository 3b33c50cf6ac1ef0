// The residents of one play at work: they send writes and remember what they are told, send one twice when in doubt, follow up
// what they have written, and read pages. Knows the endpoint; judges nothing but what a client can see.
import type { Reply } from '../estate.ts';
import { type Life, lifeOf, type Note, type Target, targetOf, type Write } from './life.ts';
import { outstanding } from './outstanding.ts';
import { chanceOf, type Plan } from './plan.ts';
import { grounds } from './residents.ts';
import type { Site } from './site.ts';

/** Residents at work. */
export interface Crowd {
  readonly life: Life;
  /** Sends so many writes. */
  write(count: number, sort?: 'EMERGENCY' | 'ANY'): Promise<void>;
  /** Sends so many writes about what earlier ones have made. */
  follow(by: 'RECEIPT' | 'NUMBER', count: number): Promise<void>;
  /** Asks what writes have made. */
  learn(): Promise<void>;
  /** Tells residents of records that staff have made for them. */
  know(made: readonly Target[]): void;
  /** Reads the pages; gives the references that live answers have shown. */
  read(): Promise<Set<string>>;
  /** Sends one write with one key more than once, while the store is slow and after. What does not hold, in words, or null. */
  sameKeyTwice(): Promise<string | null>;
}

/** What of a receipt tells one from another. */
const receiptFields = 'id state message steps { reference } made { id }';
/** How slow a slow store is, in virtual ms a statement: past what an emergency waits for. */
const slowMs = 120;
/** Members of an answer that name a record. */
const naming = new Set([
  'reference',
  'offerNumber',
  'exchangeReference',
  'applicationReference',
  'callId',
  'personReference',
]);

interface ToldReceipt {
  id: string;
  state: string;
  message: string;
  made: { id: string }[] | null;
}

/** Residents of a play's system. */
export function openCrowd(site: Site, plan: Plan): Crowd {
  const random = chanceOf(plan, 'residents');
  const life = lifeOf(site, random);
  const ground = grounds[plan.system];
  const { notes } = life;

  function question({ mutation }: Write): string {
    const name = mutation.charAt(0).toUpperCase() + mutation.slice(1);
    return `mutation Write($input: ${name}Input!) { write: ${mutation}(input: $input) { receipt { ${receiptFields} } } }`;
  }

  const keyOf = (number: number) => `play${String(number).padStart(4, '0')}`;
  const inputOf = (write: Write, key: string) => ({ input: { ...write.input(key), idempotencyKey: key } });

  function noted(write: Write, key: string, replies: readonly Pick<Reply, 'data' | 'errors'>[]): Note {
    const receipts = replies.flatMap(({ data }) => data?.write?.receipt ?? []) as ToldReceipt[];
    const refused = receipts.length > 0 ? null : (replies[0]?.errors[0]?.message ?? 'no answer');
    const ids = [...new Set(receipts.map(({ id }) => id))];
    const note: Note = { ...write, key, ids, refused, made: null, sentAtMs: site.clock.now() };
    notes.push(note);
    return note;
  }

  async function send(write: Write): Promise<void> {
    const key = keyOf(notes.length + 1);
    noted(write, key, [await site.ask(question(write), inputOf(write, key))]);
  }

  async function receiptsOf(ids: readonly string[]): Promise<Map<string, ToldReceipt | null>> {
    if (ids.length === 0) return new Map();
    const asked = ids.map((id, index) => `r${index}: receipt(id: "${id}") { ${receiptFields} }`);
    const { data, errors } = await site.ask(`{ ${asked.join(' ')} }`);
    if (errors.length > 0) throw new Error(`A receipt cannot be had: ${errors[0]?.message}`);
    return new Map(ids.map((id, index) => [id, data?.[`r${index}`] ?? null]));
  }

  async function learn(): Promise<void> {
    const unknown = notes.filter(({ made, ids }) => made === null && ids.length > 0);
    const receipts = await receiptsOf(unknown.flatMap(({ ids }) => ids));
    for (const note of unknown) {
      const made = note.ids.flatMap((id) => receipts.get(id)?.made ?? [])[0];
      if (made) note.made = targetOf(site, plan.system, made.id);
    }
  }

  return {
    life,
    learn,
    async write(count, sort = 'ANY') {
      for (let left = count; left > 0; left -= 1) await send(ground.write(life, sort));
    },
    async follow(by, count) {
      // Newest first: those are what a backup loses.
      const writes = [...notes].reverse().flatMap((note) => ground.follow(life, note, by) ?? []);
      for (const write of writes.slice(0, count)) await send(write);
    },
    know: (made) => {
      if (plan.system === 'lettings') life.offers.push(...made);
    },
    async read() {
      await learn();
      const shown = new Set<string>();
      const { few, more } = ground.pages(life);
      for (const page of { NONE: [], FEW: few, ALL: [...few, ...more] }[plan.reads]) {
        const { data } = await site.ask(`{ ${page} }`);
        for (const reference of referencesIn(data)) shown.add(reference);
      }
      return shown;
    },
    async sameKeyTwice() {
      const write = ground.write(life, 'EMERGENCY');
      const key = keyOf(notes.length + 1);
      const [text, variables] = [question(write), inputOf(write, key)];
      const replies: Pick<Reply, 'data' | 'errors'>[] = [];
      // Taken by a quick store, and sent again while that is slow; or first sent while it is slow, by two hands at once.
      const quickFirst = random() < 0.5;
      if (quickFirst) replies.push(await site.ask(text, variables));
      outstanding().slow((go) => void site.clock.after(slowMs, go));
      const hands = quickFirst ? 1 : 2;
      const sent = Array.from({ length: hands }, () => site.begin(text, variables));
      replies.push(...(await site.clock.during(Promise.all(sent))));
      outstanding().slow(null);
      await site.clock.pass(30_000, 1_000);
      replies.push(await site.ask(text, variables));
      const { ids, refused } = noted(write, key, replies);
      if (refused) return `${write.mutation} with one key was not accepted: ${refused}`;
      if (ids.length === 1) return null;
      const receipts = [...(await receiptsOf(ids)).values()];
      const asOne = new Set(receipts.map((receipt) => receipt && JSON.stringify({ ...receipt, id: null })));
      if (asOne.size === 1 && !asOne.has(null)) return null;
      return `${write.mutation} with one key has ${ids.length} receipts: ${receipts.map((each) => each?.state).join(', ')}`;
    },
  };
}

/** Every record that an answer names. */
function referencesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) =>
    typeof member === 'string' ? (naming.has(name) ? [member] : []) : referencesIn(member),
  );
}
