// What has been written through Lintel, as status.graphql tells of it, and what people decide about it. Asks no legacy system.
import { GraphQLError } from 'graphql';
import type {
  MutationResolvers,
  QueryReceiptsArgs,
  QueryResolvers,
  ReceiptState,
  SubscriptionResolvers,
} from '../../schema/generated/status.ts';
import { changes } from '../continuity/changes.ts';
import { isoInstant } from '../continuity/clock.ts';
import { badInput, storeDown } from '../continuity/errors.ts';
import { referenceIn } from '../continuity/form.ts';
import { DecisionRefused, type Intake, type Receipt } from '../continuity/intake.ts';
import { ownProvenance, receiptFields } from '../continuity/receipt.ts';
import type { StatusContext } from './context.ts';
import { operatorOf, systemOf, textOf } from './orders.ts';
import type { Replay } from './replays.ts';
import { instant } from './state.ts';

/** As many as are worth reading at once. */
const mostReceipts = 500;
/** Receipts' ids, and nothing that a client could make a statement long with. */
const idShape = /^[0-9A-Za-z]{1,40}$/;

/** The intake; where nothing is kept, there is none, and nothing was written. */
function intakeOf({ intake }: StatusContext): Intake {
  if (intake) return intake;
  throw storeDown('This Lintel keeps nothing, so nothing can be written through it.');
}

/** What the store says; where it does not, an error that says so, and the log why. */
async function stored<T>({ onFailure }: StatusContext, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    // Told in the words of the contract already.
    if (error instanceof GraphQLError) throw error;
    onFailure('reading receipts', error);
    throw storeDown("Lintel's own store cannot be read just now, so it cannot be told what was written through it.");
  }
}

async function find(id: string, context: StatusContext, field = 'id'): Promise<Receipt | null> {
  const trimmed = referenceIn(field, id, { pattern: idShape, like: 'the id of a receipt, as Lintel gave it' });
  const intake = intakeOf(context);
  return stored(context, () => intake.receipt(trimmed));
}

/** A page of receipts, newest first. A cursor is a receipt's id: what is written meanwhile moves no page. */
async function page({ filter, after, ...args }: QueryReceiptsArgs, context: StatusContext) {
  const first = args.first ?? 50;
  if (first < 1 || first > mostReceipts)
    throw badInput(`\`first\` is ${first}; it must be between 1 and ${mostReceipts}.`);
  const before = after == null ? undefined : Buffer.from(after, 'base64url').toString();
  if (before !== undefined && !idShape.test(before)) {
    throw badInput('`after` is not a cursor of this list; give the `endCursor` of the page before.');
  }
  const { system, mutations, states, emergency } = filter ?? {};
  const wanted = {
    ...(system != null && { system }),
    ...(mutations && { mutations }),
    ...(states && { states }),
    ...(emergency != null && ({ lane: emergency ? 'EMERGENCY' : 'ORDINARY' } as const)),
    ...(before !== undefined && { before }),
  };
  // One more than asked for says whether there are more.
  const intake = intakeOf(context);
  const found = await stored(context, () => intake.receipts({ ...wanted, first: first + 1 }));
  const edges = found.slice(0, first).map((receipt) => ({
    cursor: Buffer.from(receipt.id).toString('base64url'),
    node: receiptFields(receipt),
  }));
  return {
    edges,
    pageInfo: {
      hasNextPage: found.length > first,
      hasPreviousPage: before !== undefined,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    provenance: ownProvenance('status', context.now()),
  };
}

/** What somebody decides about a receipt; what it cannot be any more is told in a sentence. */
async function decided(id: string, context: StatusContext, decide: (intake: Intake, id: string) => Promise<Receipt>) {
  const intake = intakeOf(context);
  const receipt = await find(id, context, 'receipt');
  if (!receipt) throw badInput('`receipt` is not the id of a receipt.');
  try {
    return { receipt: receiptFields(await decide(intake, receipt.id)) };
  } catch (error) {
    if (error instanceof DecisionRefused) throw badInput(error.message);
    context.onFailure('a decision about a write', error);
    throw storeDown("Lintel's own store cannot be written just now, so nothing has changed. Its log says why.");
  }
}

export const receiptQueries = {
  receipt: async (_root, { id }, context) => {
    const receipt = await find(id, context);
    return receipt && receiptFields(receipt);
  },
  receipts: (_root, args, context) => page(args, context),
  replay(_root, _args, { replays }) {
    const last = replays?.last();
    return last ? replayFields(last) : null;
  },
  async ledger(_root, { system }, context) {
    const intake = intakeOf(context);
    const { byState, ...sums } = await stored(context, () => intake.ledger(system ?? undefined));
    const counts = Object.entries(byState) as [ReceiptState, number][];
    return { ...sums, byState: counts.flatMap(([state, count]) => (count > 0 ? [{ state, count }] : [])) };
  },
} satisfies QueryResolvers<StatusContext>;

/** A replay in the schema's words. */
function replayFields({ startedAtMs, endedAtMs, ...replay }: Replay) {
  return { ...replay, startedAt: isoInstant(startedAtMs), endedAt: instant(endedAtMs) };
}

export const receiptMutations = {
  async startReplay(_root, { system, perSecond }, context) {
    operatorOf(context);
    intakeOf(context);
    if (system != null) systemOf(system, context);
    if (perSecond != null && !(perSecond >= 0.1 && perSecond <= 1000)) {
      throw badInput(`\`perSecond\` is ${perSecond}; it must be between 0.1 and 1000.`);
    }
    const started = await stored(context, async () => context.replays?.start(system ?? null, perSecond ?? null));
    return started ? replayFields(started) : null;
  },
  cancelWrite(_root, { input }, context) {
    const why = textOf('`why`', input.why);
    const who = context.operator instanceof GraphQLError ? 'whoever wrote it' : context.operator;
    return decided(input.receipt, context, (intake, id) => intake.cancel(id, who, why));
  },
  settleWrite(_root, { input }, context) {
    const who = operatorOf(context);
    const why = textOf('`why`', input.why);
    return decided(input.receipt, context, (intake, id) => intake.settle(id, input.verdict, who, why));
  },
} satisfies MutationResolvers<StatusContext>;

export const receiptSubscriptions = {
  receiptChanged: {
    async subscribe(_root, { id }, context) {
      const intake = intakeOf(context);
      let latest = await find(id, context);
      if (!latest) throw badInput('`id` is not the id of a receipt.');
      const own = latest.id;
      const listen = (listener: (id: string) => void) =>
        intake.listen((receipt) => {
          if (receipt.id !== own) return;
          latest = receipt;
          listener(own);
        });
      return changes([own], { listen }, () => ({ receiptChanged: receiptFields(latest as Receipt) }));
    },
  },
} satisfies SubscriptionResolvers<StatusContext>;
