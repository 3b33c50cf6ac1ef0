// What an alarm names, and what waits behind it, in the words of status.graphql: for operators, who decide by it. Asks no
// legacy system.
import type { ReturnAlarmResolvers } from '../../schema/generated/status.ts';
import { isoInstant } from '../continuity/clock.ts';
import { storeDown } from '../continuity/errors.ts';
import type { StatusContext } from './context.ts';
import { operatorOf, systemOf } from './orders.ts';

/** What the store says; where it does not, an error that says so, and the log why. */
async function stored<T>({ onFailure }: StatusContext, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    onFailure('reading what an alarm names', error);
    throw storeDown("Lintel's own store cannot be read just now, so it cannot be told what the alarm names.");
  }
}

/** Whose alarm it is: `statusOf` says so beside what the schema knows of it. */
const whose = (alarm: object) => alarm as { system: string; backend: string };

export const alarmFields: ReturnAlarmResolvers<StatusContext> = {
  async findings(alarm, _args, context) {
    operatorOf(context);
    const { system, backend } = whose(alarm);
    const found = await stored(context, () => systemOf(system, context).explain(backend));
    return Promise.all(
      found.map(async ({ finding, known, now }) => {
        const { verdict, kind, atMs } = finding;
        const shared = { verdict, kind, at: isoInstant(atMs) };
        if (finding.of === 'RECORD') {
          const { key, reference } = finding;
          return { ...shared, key, reference, receipt: null, known: json(known), now: json(now) };
        }
        const { receipt: id } = finding;
        const receipt = await stored(context, async () => (await context.intake?.receipt(id)) ?? null);
        return { ...shared, key: null, reference: null, receipt: id, known: json(receipt?.says), now: null };
      }),
    );
  },
  waiting(alarm, _args, context) {
    operatorOf(context);
    const { system, backend } = whose(alarm);
    return stored(context, () => systemOf(system, context).waiting(backend));
  },
};

function json(value: unknown): string | null {
  return value == null ? null : JSON.stringify(value);
}
