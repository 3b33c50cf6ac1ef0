// What is true: the answers of one schema that holds all of it, and whether a gateway gives the same. Who does not is not measured.
import { isDeepStrictEqual } from 'node:util';
import { graphql } from 'graphql';
import type { Started } from './candidates.ts';
import { root, wholeSchema } from './estate.ts';
import { bodiesOf, questions } from './questions.ts';

/** What every body is answered with, as one schema has it. */
export async function truths(): Promise<Map<string, unknown>> {
  const schema = wholeSchema();
  const answers = new Map<string, unknown>();
  for (const body of questions.flatMap(bodiesOf)) {
    const { query, variables } = JSON.parse(body);
    const { data } = await graphql({ schema, source: query, rootValue: root, variableValues: variables });
    answers.set(body, JSON.parse(JSON.stringify(data)));
  }
  return answers;
}

/** Throws where an answer is not the true one. */
export async function check({ url, name }: Started, answers: ReadonlyMap<string, unknown>): Promise<void> {
  for (const [body, data] of answers) {
    const reply = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    const text = await reply.text();
    if (!reply.ok || !isDeepStrictEqual(JSON.parse(text), { data }))
      throw new Error(`${name} answers ${body.slice(0, 200)}\nwith ${reply.status} ${text.slice(0, 400)}`);
  }
}
