// Emergencies that only the journal has, for the dispatch list while the store cannot be read. Knows what a report of a repair
// has in it, where it has it; what else is in the journal is no such report.
import { z } from 'zod';
import type { Accepted } from '../subgraphs/continuity/intake/accepted.ts';
import type { Journalled } from './pages/dispatch.ts';

const report = z.object({
  propertyReference: z.string(),
  description: z.string(),
  accessNotes: z.string().nullish(),
  reportedBy: z.string().nullish(),
});

/** As the page wants them, in the order of acceptance. */
export function journalled(entries: readonly Accepted[]): Journalled[] {
  return entries.flatMap(({ id, acceptedAtMs, receivedAtMs = acceptedAtMs, channel, input }) => {
    const { data } = report.safeParse(input);
    if (!data) return [];
    const { propertyReference, description, accessNotes = null, reportedBy = null } = data;
    return [{ id, receivedAtMs, channel, propertyReference, description, accessNotes, reportedBy }];
  });
}
