// Receipts in the schema's words, and what is still on its way beside what is recorded. Knows no system.
import { isoInstant } from './clock.ts';
import type { Answer, Provenance } from './definition.ts';
import type { Receipt } from './intake.ts';
import { deadlineFields, deadlinesOf } from './statutory.ts';
import { type TermName, termOf, termsOf } from './terms.ts';
import type { Writes, Written } from './writes.ts';

export type { Written } from './writes.ts';

/** A receipt as `Receipt` of schema/common.graphql. */
export function receiptFields(receipt: Receipt) {
  const { id, mutation, system, state, message, acceptedAtMs, receivedAtMs, changedAtMs, steps, made, clocks } =
    receipt;
  return {
    ...{ id, mutation, system, state, message },
    acceptedAt: isoInstant(acceptedAtMs),
    receivedAt: isoInstant(receivedAtMs),
    changedAt: isoInstant(changedAtMs),
    steps: steps.map(({ appliedAtMs, title, backend, state, reference, attempts, message }) => ({
      ...{ title, backend, state, reference, attempts, message },
      appliedAt: appliedAtMs === null ? null : isoInstant(appliedAtMs),
    })),
    made: made.map((each) => ({ ...each, allocatedBy: system })),
    stillMade: receipt.stillMade,
    deadlines: clocks.flatMap((rule) => deadlinesOf(rule, receivedAtMs)).map(deadlineFields),
  };
}

/** What of a receipt is looked up again whenever somebody asks for it, in every subgraph. */
export const receiptResolvers = {
  Receipt: {
    async made({ made, system, stillMade }: ReturnType<typeof receiptFields>) {
      const still = await stillMade?.();
      return still ? still.map((each) => ({ ...each, allocatedBy: system })) : made;
    },
  },
};

/**
 * Accepts a write and gives what every mutation gives.
 * @param mutation the schema's own name of it.
 * @param known what Lintel knows besides what the client gave.
 */
export async function written(
  { write }: Writes,
  mutation: string,
  { idempotencyKey, channel, ...input }: Written,
  known?: Readonly<Record<string, unknown>>,
) {
  return { receipt: receiptFields(await write(mutation, input, idempotencyKey, channel, known)) };
}

/** A receipt as `PendingWrite`. */
export function pendingFields(receipt: Receipt) {
  return {
    receipt: receiptFields(receipt),
    says: Object.entries(receipt.says).map(([name, value]) => ({ name, value })),
    provenance: { system: receipt.system, source: 'INTAKE', asOf: isoInstant(receipt.acceptedAtMs) } as const,
  };
}

/**
 * What is on its way about something, beside what is recorded of it.
 * @param recorded where the recorded value is from: what it shows already is left out. Undefined: there is none.
 * @param mutations only what these have written; left out: all.
 */
export async function pendingOf(
  context: Pick<Writes, 'pending'>,
  about: readonly [TermName, string | null | undefined][],
  recorded?: Provenance,
  mutations?: readonly string[],
) {
  const found = await receiptsOf(context, about, recorded);
  return found.filter(({ mutation }) => !mutations || mutations.includes(mutation)).map(pendingFields);
}

/** Where what is recorded is from: what came with it, or what a read of it says. Undefined: nothing recorded can be had. */
export async function recordedFrom(
  recorded: object,
  read: () => Promise<Answer<unknown>>,
): Promise<Provenance | undefined> {
  if ('provenance' in recorded && recorded.provenance) return recorded.provenance as Provenance;
  const [answer] = await Promise.allSettled([read()]);
  return answer.status === 'fulfilled' ? answer.value.provenance : undefined;
}

/** The record that a read gives, to see whether writes are about it; null where there is none, or that cannot be told. */
export async function foundBy<Value>(read: () => Promise<Answer<Value>>): Promise<Value | null> {
  const [answer] = await Promise.allSettled([read()]);
  return answer.status === 'fulfilled' ? answer.value.value : null;
}

/** As above: the receipts themselves, oldest first. */
export async function receiptsOf(
  { pending }: Pick<Writes, 'pending'>,
  about: readonly [TermName, string | null | undefined][],
  recorded?: Provenance,
): Promise<Receipt[]> {
  // Where nothing is recorded nothing shows yet, whatever was applied; what is long since done is of no use to anybody.
  const sinceMs = recorded ? Date.parse(recorded.asOf) : Number.MAX_SAFE_INTEGER;
  const terms = about.flatMap(([name, value]) => (value ? (termOf(name, value) ?? []) : []));
  const found = (await Promise.all(terms.map((term) => pending(term, sinceMs)))).flat();
  const each = new Map(found.map((receipt) => [receipt.id, receipt]));
  return [...each.values()].sort((one, other) => one.acceptedAtMs - other.acceptedAtMs);
}

/** Receipts of some mutation that were given a number for what they made, oldest first. Throws STORE_DOWN. */
export async function receiptsMade({ pending }: Pick<Writes, 'pending'>, id: string, mutation: string) {
  const [term] = termsOf('made', [id]);
  // Whenever that was.
  const found = term === undefined ? [] : await pending(term, 0);
  // It may have been done again since, under another number.
  return found.filter((receipt) => receipt.mutation === mutation && receipt.made.some((made) => made.id === id));
}

/** Where Lintel's own records are from: its own store, as it is now. */
export function ownProvenance(system: string, nowMs: number): Provenance {
  return { system, source: 'INTAKE', asOf: isoInstant(nowMs) };
}
