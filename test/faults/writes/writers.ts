// Those who write: each sends its writes to an endpoint, notes what it is told, and where nobody answers sends the same again
// with the same key, as clients do. Knows the endpoint; knows nothing of what is broken.
import { Pool } from 'undici';
import { receiptFields } from './audit.ts';
import { between, pick, type Random } from './chance.ts';
import type { Note, Notebook } from './notebook.ts';
import { follow, type Stock, sorts, type Write } from './sorts.ts';

export type SortName = keyof typeof sorts;

/** What clients need. */
export interface Writing {
  notebook: Notebook;
  stock: Stock;
  random: Random;
  /** Where the next request goes. Null: nobody is there just now. */
  url(): string | null;
}

/** A client gives up on one request after this, in ms: past all that an honest answer takes. */
const longestMs = 8_000;
/** And sends it again after this, at first and at most, in ms. */
const againMs = { first: 25, most: 400 };
/** How many write at a time. */
const crowd = 8;

/** What a client is told that need not be so for good: it sends the same again. */
const passing = ['STORE_DOWN', 'SYSTEM_DOWN', 'INTERNAL_SERVER_ERROR', 'RATE_LIMITED', 'SYSTEM_TIMEOUT'];

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Clients of one store. */
export function createWriters({ notebook, stock, random, url }: Writing) {
  const pools = new Map<string, Pool>();
  const poolOf = (at: string) => {
    const pool = pools.get(at) ?? new Pool(at, { connections: 64, pipelining: 1 });
    pools.set(at, pool);
    return pool;
  };

  /** Sends one write once. Undefined: nobody knows what became of it, or it is to be sent again. */
  async function send(note: Note, at: string): Promise<'ANSWERED' | undefined> {
    const name = note.mutation.charAt(0).toUpperCase() + note.mutation.slice(1);
    const query = `mutation Write($input: ${name}Input!) { write: ${note.mutation}(input: $input) { receipt { ${receiptFields} } } }`;
    note.sent += 1;
    const reply = await poolOf(at).request({
      method: 'POST',
      path: '/graphql',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables: { input: { ...note.input, idempotencyKey: note.key } } }),
      signal: AbortSignal.timeout(longestMs),
    });
    // biome-ignore lint/suspicious/noExplicitAny: an answer, looked into.
    const { data, errors } = (await reply.body.json()) as any;
    if (data?.write) {
      notebook.told(note, data.write.receipt);
      return 'ANSWERED';
    }
    const code = errors?.[0]?.extensions?.code ?? 'NO_CODE';
    if (passing.includes(code)) {
      note.refusals.push(code);
      return undefined;
    }
    note.refused = `${code}: ${errors?.[0]?.message}`;
    return 'ANSWERED';
  }

  /** Sends one until it is answered. */
  async function deliver(note: Note): Promise<void> {
    for (let waitMs = againMs.first; ; waitMs = Math.min(2 * waitMs, againMs.most)) {
      const at = url();
      // Whoever is not answered cannot know why; the next try tells.
      if (at && (await send(note, at).catch(() => undefined))) return;
      await pause(waitMs);
    }
  }

  /** One write, by a client who may be so unsure of it as to send it again at once, or later. */
  async function write(given: Write): Promise<Note> {
    const note = notebook.begin(given);
    const unsure = random();
    await Promise.all([deliver(note), ...(unsure < 0.1 ? [deliver(note)] : [])]);
    if (unsure > 0.9) await deliver(note);
    return note;
  }

  return {
    deliver,
    write,
    /** So many writes of these sorts, several at a time. */
    async crowd(count: number, names: readonly SortName[]): Promise<Note[]> {
      const written: Note[] = [];
      let left = count;
      const client = async () => {
        while (left > 0) {
          left -= 1;
          written.push(await write(sorts[pick(random, names)](stock)));
        }
      };
      await Promise.all(Array.from({ length: Math.min(crowd, count) }, client));
      return written;
    },
    /** Reports, and what follows each: nobody was let in, then it is done. Sent one after another. */
    async stories(count: number): Promise<void> {
      const story = async () => {
        const report = await write(sorts.report(stock));
        if (between(random, 0, 1)) await write(follow(report, 'noAccess'));
        await write(follow(report, 'completed'));
      };
      await Promise.all(Array.from({ length: count }, story));
    },
    async close(): Promise<void> {
      await Promise.all([...pools.values()].map((pool) => pool.destroy()));
    },
  };
}

export type Writers = ReturnType<typeof createWriters>;
