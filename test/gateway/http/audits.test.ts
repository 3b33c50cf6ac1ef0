// GraphQL over HTTP as its own audits see it: those of the graphql-http package, over a real socket.
import { serverAudits } from 'graphql-http';
import { expect, it } from 'vitest';
import { servePets } from './pets.ts';

it('passes every audit of GraphQL over HTTP: what must be, what should be and what may be', async () => {
  const { url } = await servePets();
  const results = await Promise.all(serverAudits({ url: `${url}/graphql` }).map(({ fn }) => fn()));
  const wrong = results.flatMap((result) =>
    result.status === 'ok' ? [] : [`${result.id} ${result.name}: ${result.reason}`],
  );
  expect(wrong).toEqual([]);
  expect(results.length).toBeGreaterThan(60);
});
