// How commands speak to mocks that run and name them: their control port, and the sentence for when nobody answers there.
import type { MocksHere } from './here.ts';

/** Asks the mocks' control port. Throws an error with the mocks' own sentence where they refuse. */
export async function control<Answer>(port: number, method: string, path: string, body?: unknown): Promise<Answer> {
  const reply = await fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  }).catch(() => {
    throw new Error(
      `No mocks answer on port ${port}. Start them with npm start or npx lintel mocks, in the same folder or with the same PORT or MOCKS_PORT.`,
    );
  });
  const answer = (await reply.json()) as Answer | { error: string };
  if (typeof answer === 'object' && answer !== null && 'error' in answer) throw new Error(answer.error);
  return answer as Answer;
}

/** Which mocks they are, in words: where they listen, the folder that they were started in, and the Lintel that uses them. */
export async function nameOfMocks({ controlPort, usedBy }: MocksHere): Promise<string> {
  const { folder } = await control<{ folder?: string }>(controlPort, 'GET', '/facts');
  const user = usedBy ? ` of the Lintel at ${usedBy}` : '';
  return `the mocks at http://127.0.0.1:${controlPort}${user}${folder ? `, started in ${folder}` : ''}`;
}
