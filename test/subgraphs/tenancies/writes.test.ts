// Changes of the tenancies system: contact details, over its mock and over answers written here.
import { describe, expect, it } from 'vitest';
import { tenancies } from '../../../subgraphs/tenancies/index.ts';
import { stepsConform } from '../writes.ts';

stepsConform(tenancies, {
  updateContactDetails: {
    operation: 'UpdateContactDetails',
    change({ world, turn, read }) {
      const { personReference } = world.cast.katy;
      return {
        input: { personReference, telephone: `0770090${1000 + turn}` },
        times: async (reference) =>
          (await read('contactLog', personReference)).filter(
            (entry: { externalReference: string | null }) => entry.externalReference === reference,
          ).length,
      };
    },
  },
});
