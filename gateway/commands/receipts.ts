// `lintel receipts`, `receipt`, `ledger`, `settle`, `cancel`: what was written through Lintel, how it stands, and what people
// decide about it. To the Lintel that runs here or, where none does, to its store.
import type { Environment } from '../config.ts';
import { attended } from './attended.ts';
import { systemNamed } from './named.ts';
import type { Showing } from './shown.ts';
import { paint, print, printJson } from './terminal.ts';
import { type ShownReceipt, showLedger, shownReceipt, showReceipt, showReceipts } from './writes.ts';

/** Flags of all of them. */
export interface WriteFlags {
  state?: string[];
  system?: string;
  emergency?: boolean;
  first?: number;
  why?: string;
  as?: string;
  json?: boolean;
}

/** Receipts are asked for in pages of so many, the most that is given at once. */
const page = 500;

/** `lintel receipts`: newest first. */
export async function receipts(env: Environment, flags: WriteFlags): Promise<void> {
  const { state, emergency, first = 50 } = flags;
  const system = flags.system === undefined ? undefined : systemNamed(flags.system).name;
  const filter = { system, states: state?.map((one) => one.toUpperCase()), emergency };
  await attending(env, flags, async (ask, showing) => {
    const found: ShownReceipt[] = [];
    for (let after: string | null = null, more = true; more && found.length < first; ) {
      const { receipts: some } = await ask(
        `query($filter: ReceiptFilter, $first: Int!, $after: String) {
          receipts(filter: $filter, first: $first, after: $after) { edges { node { ...Shown } } pageInfo { hasNextPage endCursor } }
        } ${shownReceipt}`,
        { filter, first: Math.min(page, first - found.length), after },
      );
      found.push(...some.edges.map(({ node }: { node: ShownReceipt }) => node));
      more = some.pageInfo.hasNextPage;
      after = some.pageInfo.endCursor;
    }
    if (flags.json) return printJson({ running: showing.running, receipts: found });
    showReceipts(found, showing);
  });
}

/** `lintel receipt`: one in full. */
export async function receipt(env: Environment, id: string, flags: WriteFlags): Promise<void> {
  await attending(env, flags, async (ask, showing) => {
    const { receipt: found } = await ask(`query($id: ID!) { receipt(id: $id) { ...Shown } } ${shownReceipt}`, { id });
    if (!found) throw new Error(`There is no receipt ${id}.`);
    if (flags.json) return printJson({ running: showing.running, receipt: found });
    showReceipt(found, showing);
  });
}

/** `lintel ledger`: what there is of each state, and whether it adds up. */
export async function ledger(env: Environment, flags: WriteFlags): Promise<void> {
  const system = flags.system === undefined ? undefined : systemNamed(flags.system).name;
  await attending(env, flags, async (ask, showing) => {
    const { ledger: found } = await ask(
      `query($system: ID) { ledger(system: $system) {
        accepted applied refused cancelled settled open byState { state count }
      } }`,
      { system },
    );
    const { accepted, applied, refused, cancelled, settled, open } = found;
    const closes = accepted === applied + refused + cancelled + settled + open;
    if (flags.json) printJson({ running: showing.running, ledger: { ...found, closes } });
    else showLedger(found, closes);
    if (!closes) process.exitCode = 1;
  });
}

const verdicts = { done: 'DONE', again: 'SEND_AGAIN', settled: 'SETTLED' } as const;

/** What can be said of a write that a person has to decide on, as the command line calls it. */
export type Verdict = keyof typeof verdicts;

/** `lintel settle`: a person's word on a write. */
export async function settle(env: Environment, id: string, verdict: Verdict, flags: WriteFlags): Promise<void> {
  const input = { receipt: id, verdict: verdicts[verdict], why: whyOf(flags) };
  await decide(env, flags, 'settleWrite', 'SettleWriteInput', input);
}

/** `lintel cancel`: takes a write back that has not been sent. */
export async function cancel(env: Environment, id: string, flags: WriteFlags): Promise<void> {
  await decide(env, flags, 'cancelWrite', 'CancelWriteInput', { receipt: id, why: whyOf(flags) });
}

function whyOf({ why }: WriteFlags): string {
  if (why?.trim()) return why;
  throw new Error('Say why, for the record and for colleagues: --why "..."');
}

async function decide(env: Environment, flags: WriteFlags, field: string, type: string, input: object): Promise<void> {
  await attending(env, flags, async (ask, showing) => {
    const { done } = await ask(
      `mutation($input: ${type}!) { done: ${field}(input: $input) { receipt { ...Shown } } } ${shownReceipt}`,
      { input },
    );
    if (flags.json) return printJson({ running: showing.running, receipt: done.receipt });
    const { id, state } = done.receipt as ShownReceipt;
    print(paint('loud', `${id} is ${state}.`));
    if (state === 'QUEUED') print('It is sent as soon as its system takes it. To send it now: npx lintel replay');
  });
}

function attending(
  env: Environment,
  flags: WriteFlags,
  work: (ask: Parameters<Parameters<typeof attended>[2]>[0]['ask'], showing: Showing) => Promise<void>,
): Promise<void> {
  return attended(env, flags, ({ ask }, showing) => work(ask, showing), true);
}
