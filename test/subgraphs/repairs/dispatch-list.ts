// What tests of the dispatch list ask and say of emergencies.
import type { Receipt } from '../../../subgraphs/continuity/intake.ts';
import type { Repairs } from './landlord.ts';

/** What the dispatch list is asked for. */
export const list = `{
  dispatchList {
    items {
      receipt { id } state description accessNotes reportedAt dueAt channel
      property { propertyReference } reportedBy { personReference }
      hazard { severity } taken { by at note } workOrder { reference }
    }
  }
}`;

/** The number of the work order that a report was raised as. */
export const numberOf = ({ made }: Receipt) => made[0]?.id ?? '';

/** Questions and writes about the emergencies of one Lintel. */
export function emergenciesOf({ ask, write, landlord }: Repairs) {
  const items = async () => (await ask(list)).data.dispatchList.items;
  return {
    items,
    /** What the list has of a report; undefined: nothing. */
    async listed({ id }: { id: string }) {
      // biome-ignore lint/suspicious/noExplicitAny: an answer.
      return (await items()).find(({ receipt }: any) => receipt.id === id);
    },
    /** Says by its receipt that an emergency is done. */
    complete: ({ id }: { id: string }) => write('completeWorkOrder', { receipt: id, channel: 'STAFF' }),
    take: ({ id }: { id: string }, takenBy: string, note?: string) =>
      write('takeEmergency', { receipt: id, takenBy, ...(note && { note }) }),
    /** Staff of the repairs system change a work order: later than anything here, so that nobody takes it for an old copy. */
    setOrder(number: string, statusCode: string) {
      const order = landlord.orders.get(number);
      landlord.orders.set(number, { ...order, statusCode, lastUpdated: '2030-01-01T00:00:00' });
    },
  };
}
