// Lets receipts change Lintel's own records, each receipt as often as it comes, and never twice; what the store does not take is
// offered to it again. Knows receipts and kinds; knows no table.
import { GraphQLError } from 'graphql';
import type { Cipher } from './cipher.ts';
import type { Clock } from './clock.ts';
import { storeDown } from './errors.ts';
import type { Receipt } from './intake.ts';
import { createLimit } from './limit.ts';
import type { OwnKind, OwnKinds, OwnRecords } from './own.ts';
import { createOwnFile, type Kind } from './ownfile.ts';
import type { Store } from './store.ts';

/** What own records need from outside. */
export interface OwnSurroundings {
  store: Store;
  cipher: Cipher;
  clock: Clock;
  /** Told when the store fails, for the log. */
  onFailure(what: string, error: unknown): void;
}

/** Whoever has been told that a write is accepted waits no longer for it to be filed, in ms: an emergency has 100 in all. */
const fileMs = 40;
/** What the store did not take is offered again after this, in ms. */
const againMs = 2_000;
/** As long as somebody waits for a page, in ms: a store that has not answered by then has failed. */
const longestReadMs = 5_000;
/** As many receipts of a system are looked through at the start: far more than a process has under way when it ends. */
const lookBack = 500;

/** Own records over a store. */
export function createOwn({ store, cipher, clock, onFailure }: OwnSurroundings): OwnRecords {
  const systems = new Map<string, OwnKinds>();
  /** Receipts that the store did not take, by id, the latest of each. */
  const waiting = new Map<string, Receipt>();
  let turn: Promise<void> = Promise.resolve();
  let cancel = () => {};
  let unlisten = () => {};
  let closed = false;
  const filed = ({ system, kind }: Kind, content: unknown) => kindOf(system, kind).filed(content);
  const limited = createLimit(clock);
  const file = createOwnFile({ store, cipher, clock, filed });

  function kindOf(system: string, kind: string): OwnKind<unknown> {
    const found = systems.get(system)?.[kind];
    if (!found) throw new Error(`The ${system} system has no own records called ${kind}.`);
    return found;
  }

  /** Kinds that a receipt changes a record of. */
  function changedBy({ system, mutation }: Receipt): [string, OwnKind<unknown>][] {
    return Object.entries(systems.get(system) ?? {}).filter(([, { changedBy: some }]) => some.includes(mutation));
  }

  /** Lets a receipt change what it is about. Rejects where the store fails. */
  async function change(receipt: Receipt): Promise<void> {
    // What is forgotten says nothing any more.
    if (receipt.input === null) return;
    for (const [kind, each] of changedBy(receipt)) {
      const id = each.idOf(receipt);
      if (id === null) continue;
      await file.change({ system: receipt.system, kind }, id, (before) => each.after(before, receipt));
    }
  }

  /** One after another, so that what was accepted first is filed first. */
  function inTurn(receipt: Receipt): Promise<void> {
    turn = turn.then(() =>
      change(receipt).catch((error) => {
        onFailure("filing one of Lintel's own records", error);
        waiting.set(receipt.id, receipt);
        offerAgain();
      }),
    );
    return turn;
  }

  function offerAgain(): void {
    if (closed) return;
    cancel();
    cancel = clock.after(againMs, () => {
      const some = [...waiting.values()];
      waiting.clear();
      for (const receipt of some) void inTurn(receipt);
    });
  }

  /** What the store says or does; where it fails, an error that says so, and the log why. */
  async function stored<T>(what: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      // Of whoever changes several, in the words of the contract already.
      if (error instanceof GraphQLError) throw error;
      onFailure(what, error);
      throw storeDown("Lintel's own store fails just now: its own records can be neither read nor changed.");
    }
  }

  return {
    of(system, kinds) {
      systems.set(system, kinds);
      const reading = <T>(work: () => Promise<T>) =>
        stored("reading Lintel's own records", () => limited(longestReadMs, work));
      const writing = <T>(work: () => Promise<T>) => stored("writing Lintel's own records", work);
      return {
        async file(receipt) {
          if (changedBy(receipt).length === 0) return;
          let stop = () => {};
          const longEnough = new Promise<void>((resolve) => {
            stop = clock.after(fileMs, resolve);
          });
          await Promise.race([inTurn(receipt), longEnough]);
          stop();
        },
        find: (kind, id) => reading(() => file.find({ system, kind }, id)),
        findAll: (kind, ids) => reading(() => file.findAll({ system, kind }, ids)),
        list: (kind, page) => reading(() => file.list({ system, kind }, page)),
        findByTerm: (kind, term) => reading(() => file.findByTerm({ system, kind }, term)),
        count: (kind, within) => reading(() => file.count({ system, kind }, within)),
        add: (kind, records) => writing(() => file.add({ system, kind }, records)),
        together: (work) => writing(() => file.together(system, work)),
        nameOf: file.nameOf,
        now: clock.now,
      };
    },
    async follow(intake) {
      unlisten = intake.listen((receipt) => {
        if (changedBy(receipt).length > 0) void inTurn(receipt);
      });
      for (const [system, kinds] of systems) {
        const mutations = [...new Set(Object.values(kinds).flatMap(({ changedBy: some }) => some))];
        if (mutations.length === 0) continue;
        const last = await intake.receipts({ system, mutations, first: lookBack });
        for (const receipt of [...last].reverse()) void inTurn(receipt);
      }
    },
    about: (terms) => file.about(terms),
    forget: ({ terms, ids = [], except = [] }) => {
      const kinds = [...systems].flatMap(([system, some]) => Object.keys(some).map((kind) => ({ system, kind })));
      // A kind of a system that does not run here has nothing to say of what stays.
      const leftOf = ({ system, kind }: Kind) => systems.get(system)?.[kind]?.forgotten;
      return file.forget({ terms, ids, except: new Set(except) }, kinds, leftOf);
    },
    async close() {
      closed = true;
      unlisten();
      cancel();
      await turn;
    },
  };
}
