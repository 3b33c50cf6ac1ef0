// How commands speak to mocks that run: their control port, and the sentence for when nobody answers there.

/** Asks the mocks' control port. Throws an error with the mocks' own sentence where they refuse. */
export async function control<Answer>(port: number, method: string, path: string, body?: unknown): Promise<Answer> {
  const reply = await fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  }).catch(() => {
    throw new Error(
      `No mocks answer on port ${port}. Start them with npm start or npx lintel mocks; with another PORT or MOCKS_PORT, set it here too.`,
    );
  });
  const answer = (await reply.json()) as Answer | { error: string };
  if (typeof answer === 'object' && answer !== null && 'error' in answer) throw new Error(answer.error);
  return answer as Answer;
}
