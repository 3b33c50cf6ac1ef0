// What the load asks for, and how often. Knows the schema and the made-up estate; knows no contestant.
import type { World } from '../../../mocks/world.ts';

/** One kind of question, asked so often, over many records in turn. */
export interface Stream {
  name: string;
  perSecond: number;
  /** The request's body for the nth time. */
  body(turn: number): string;
  /** What came of it, out of its parsed answer. */
  answerOf(reply: Reply, turn: number): Answer;
}

/** A GraphQL answer, as far as it is looked into. */
export interface Reply {
  // biome-ignore lint/suspicious/noExplicitAny: answers of several queries.
  data?: any;
  // biome-ignore lint/suspicious/noExplicitAny: likewise.
  errors?: any[];
  // biome-ignore lint/suspicious/noExplicitAny: likewise.
  extensions?: any;
}

/** All of it live; some of it kept; some of it not there, with an error; or no answer at all. */
export type Answer = 'LIVE' | 'KEPT' | 'PARTLY' | 'NONE';

/** The backend that hangs: work orders, which every page needs. */
export const hungVariable = 'REPAIRS_URL';
/** Its probe's question, in Lintel. */
export const isProbe = (text: string) => /^GET \S*\/changes\?/.test(text);

/** A hundred pages a second in all, as issue and README have it. */
const pages = 96;
/** Of the pages, those that ask lettings too: it allows twenty calls a second, here asked for fourteen in all. */
const pagesWithLettings = 4;
/** So many of each other system's own questions a second: a p99 needs some hundred of them. */
const lettingsAlone = 10;
const othersAlone = 12;
/** Records in turn, so that none is asked for twice at the same time: sharing calls is Lintel's, and not what is measured. */
const homesInTurn = 150;

/** The load over an estate. */
export function streamsOf({ homes, members, applications }: World): Stream[] {
  const lived = homes.filter(({ houseRef }) => houseRef !== null).slice(0, homesInTurn);
  const tenants = new Map(members.map(({ houseRef, personRef }) => [houseRef, personRef]));
  const inTurn = <T>(all: T[], turn: number) => all[turn % all.length] as T;
  const page = (turn: number) => {
    const { propRef, houseRef } = inTurn(lived, turn);
    return { property: propRef, person: tenants.get(houseRef ?? '') };
  };
  const repairs = 'repairs { items { reference description status } provenance { source asOf } }';
  const query = (lettings: string) => `query Page($person: ID!, $property: ID!) {
    person(personReference: $person) { name ${lettings} }
    property(propertyReference: $property) { address ${repairs} }
    lines { items { name } }
  }`;
  const [plain, withLettings] = [query(''), query('applications { items { band } }')];
  const alone = (name: string, perSecond: number, text: string, variables: (turn: number) => object): Stream => ({
    name,
    perSecond,
    body: (turn) => JSON.stringify({ query: text, variables: variables(turn) }),
    answerOf: ({ errors }) => (errors?.length ? 'PARTLY' : 'LIVE'),
  });
  const pageOf = (perSecond: number, text: string): Stream => ({
    ...alone('page', perSecond, text, page),
    answerOf({ data, errors }) {
      if (errors?.length || !data?.property?.repairs) return 'PARTLY';
      return data.property.repairs.provenance.source === 'LIVE' ? 'LIVE' : 'KEPT';
    },
  });
  return [
    pageOf(pages, plain),
    pageOf(pagesWithLettings, withLettings),
    alone('tenancies', othersAlone, 'query One($id: ID!) { property(propertyReference: $id) { address } }', (turn) => ({
      id: inTurn(lived, turn + homesInTurn / 2).propRef,
    })),
    alone(
      'lettings',
      lettingsAlone,
      'query One($id: ID!) { application(applicationReference: $id) { band status } }',
      (turn) => ({ id: inTurn(applications, turn).appRef }),
    ),
    alone('telephony', othersAlone, '{ liveCalls { items { callId } } }', () => ({})),
  ];
}
