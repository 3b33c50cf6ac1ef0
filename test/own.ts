// Lintel's own records of one system, in memory: for tests of what records say and do, which are many. That a store keeps them so is
// tested on both of its engines.
import type { Clock } from '../subgraphs/continuity/clock.ts';
import type { Own, OwnFilter, OwnKinds, OwnRecord } from '../subgraphs/continuity/own.ts';

/** Own records that nobody else has, and that end with the test. */
export function ownInMemory(clock: Clock, kinds: OwnKinds): Own {
  const all = new Map<
    string,
    OwnRecord<unknown> & { kind: string; place: number; within: string; terms: readonly string[] }
  >();
  const nameOf = (text: string) => Buffer.from(text).toString('hex');

  async function put(kind: string, id: string, content: unknown): Promise<void> {
    const { state, place, within = '', terms = [] } = (kinds[kind] as OwnKinds[string]).filed(content);
    const copy = JSON.parse(JSON.stringify(content));
    all.set(`${kind} ${id}`, { id, kind, state, place, within, terms, content: copy, changedAtMs: clock.now() });
  }
  const find = async (kind: string, id: string) => (all.get(`${kind} ${id}`) ?? null) as never;
  function inOrder(of: string, { states, within }: OwnFilter = {}, term?: string) {
    const some = [...all.values()].filter(
      (each) =>
        each.kind === of &&
        (!states || states.includes(each.state)) &&
        (within === undefined || each.within === within) &&
        (term === undefined || each.terms.includes(term)),
    );
    return some.sort((one, other) => one.place - other.place || (one.id < other.id ? -1 : 1));
  }
  return {
    async file(receipt) {
      for (const [kind, { changedBy, idOf, after }] of Object.entries(kinds)) {
        const id = changedBy.includes(receipt.mutation) ? idOf(receipt) : null;
        if (id === null) continue;
        const content = after(all.get(`${kind} ${id}`)?.content, receipt);
        if (content !== undefined) await put(kind, id, content);
      }
    },
    find,
    findAll: async (kind, ids) =>
      new Map(inOrder(kind).flatMap((each) => (ids.includes(each.id) ? [[each.id, each]] : []))) as never,
    async list(kind, { first, offset, ...filter }) {
      const found = inOrder(kind, filter);
      return { items: found.slice(offset, offset + first) as never, total: found.length };
    },
    findByTerm: async (kind, term) => inOrder(kind, {}, term) as never,
    async count(kind, within) {
      const byState = Map.groupBy(inOrder(kind, { within }), ({ state }) => state);
      return new Map([...byState].map(([state, some]) => [state, some.length]));
    },
    async add(kind, records) {
      for (const { id, content } of records) if (!all.has(`${kind} ${id}`)) await put(kind, id, content);
    },
    together: (work) =>
      work({
        ...{ find, put },
        first: async (kind, { first, unchangedSinceMs = Number.POSITIVE_INFINITY, ...filter }) =>
          inOrder(kind, filter)
            .filter(({ changedAtMs }) => changedAtMs <= unchangedSinceMs)
            .slice(0, first) as never,
      }),
    nameOf,
    now: clock.now,
  };
}
