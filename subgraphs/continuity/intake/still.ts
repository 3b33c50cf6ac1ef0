// Looks up what a write has made, whenever it is shown: a number that was given out again after a restore is another record's,
// and is not shown as this write's. Reads as any reader does; changes nothing.
import type { Counter, Receipt } from '../intake.ts';
import type { Mutation } from '../mutation.ts';
import type { Entry } from './entry.ts';

/**
 * What of it is still there and still this write's. What cannot be looked up stays: nothing says that it is another's.
 * @param counter of the write's system, where that runs in this process.
 */
export async function stillMade(
  { steps, input }: Entry,
  made: Receipt['made'],
  // biome-ignore lint/suspicious/noExplicitAny: each mutation has its own input.
  { still }: Mutation<any>,
  counter: Counter | undefined,
): Promise<Receipt['made']> {
  if (made.length === 0 || !still || !counter?.read || input === null) return made;
  const { read } = counter;
  const appliedMs = Math.max(...steps.map(({ stage }) => (stage.state === 'APPLIED' ? stage.atMs : 0)));
  const kept = await Promise.all(
    made.map(async ({ id }) => {
      const answer = await read(still.read, id);
      if (answer instanceof Error) return true;
      const { value, provenance } = answer;
      if (value != null) return still.compare(input, steps, value) !== 'OTHER';
      // That it was not there before it was made, or is not in some copy, says nothing.
      return provenance.source === 'RESTORED_COPY' || Date.parse(provenance.asOf) < appliedMs;
    }),
  );
  return made.filter((_one, index) => kept[index]);
}
