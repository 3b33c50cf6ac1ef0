// biome-ignore-all lint/suspicious/noExplicitAny: what subgraphs give is of many shapes, and nothing here looks twice.
// The same calls and joins written by hand for these three questions, on node:http and undici: what is left where there is
// no planner, no executor and no GraphQL server. Nobody would ship it; it is as far as JavaScript gets.
import { createServer } from 'node:http';
import { ask } from './ask.ts';
import { settings } from './settings.ts';

const { port, subgraphs } = settings();
const to = Object.fromEntries(
  await Promise.all(Object.entries(subgraphs).map(async ([name, url]) => [name, await ask(url)] as const)),
) as Record<string, Awaited<ReturnType<typeof ask>>>;

const fetched = (name: string, query: string, variables: unknown) =>
  to[name]?.(`{"query":${JSON.stringify(query)},"variables":${JSON.stringify(variables)}}`);

/** Entities of a type by their ids, from a subgraph. */
async function entities(name: string, type: string, ids: readonly string[], fields: string): Promise<any[]> {
  const query = `query($representations:[_Any!]!){_entities(representations:$representations){... on ${type}{${fields}}}}`;
  const representations = ids.map((id) => ({ __typename: type, id }));
  return (await fetched(name, query, { representations })).data._entities;
}

const answers: Record<string, (variables: unknown) => Promise<unknown>> = {
  Field: (variables) =>
    fetched('people', 'query($id:ID!){person(id:$id){id name phone}}', variables) as Promise<unknown>,
  async Page(variables) {
    const query = 'query($id:ID!){person(id:$id){id name tenancies{id property{id}}}}';
    const { id, name, tenancies } = (await fetched('people', query, variables)).data.person;
    const [[{ calls }], repairs, properties] = await Promise.all([
      entities('telephony', 'Person', [id], 'calls{id at seconds agent}'),
      entities(
        'repairs',
        'Tenancy',
        tenancies.map((each: any) => each.id),
        'repairs{id status call{id}}',
      ),
      entities(
        'lettings',
        'Property',
        tenancies.map((each: any) => each.property.id),
        'address',
      ),
    ]);
    const ids = [...new Set(repairs.flatMap((each) => each.repairs.map(({ call }: any) => call.id as string)))];
    const called = await entities('telephony', 'Call', ids, 'at agent');
    const whole = new Map(ids.map((each, index) => [each, { id: each, ...called[index] }]));
    return {
      data: {
        person: {
          name,
          tenancies: tenancies.map((each: any, index: number) => ({
            id: each.id,
            property: properties[index],
            repairs: repairs[index].repairs.map(({ call, ...repair }: any) => ({
              ...repair,
              call: whole.get(call.id),
            })),
          })),
          calls,
        },
      },
    };
  },
  async List(variables) {
    const query =
      'query($first:Int!,$after:Int){people(first:$first,after:$after){id name phone email tenancies(first:3){id since rent property{id}}}}';
    const answer = await fetched('people', query, variables);
    const tenancies: any[] = answer.data.people.flatMap((person: any) => person.tenancies);
    const [repairs, properties] = await Promise.all([
      entities(
        'repairs',
        'Tenancy',
        tenancies.map(({ id }) => id),
        'repairs{id status title}',
      ),
      entities(
        'lettings',
        'Property',
        tenancies.map(({ property }) => property.id),
        'address postcode bedrooms',
      ),
    ]);
    tenancies.forEach((tenancy, index) => {
      tenancy.property = { id: tenancy.property.id, ...properties[index] };
      tenancy.repairs = repairs[index].repairs;
    });
    return answer;
  },
};

createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', async () => {
    const { operationName, variables } = JSON.parse(String(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)));
    const answer = (await answers[operationName]?.(variables)) ?? { data: { __typename: 'Query' } };
    const body = Buffer.from(JSON.stringify(answer));
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body);
  });
}).listen(port, '127.0.0.1', 1024);
