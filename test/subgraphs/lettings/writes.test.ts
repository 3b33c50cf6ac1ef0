// Changes of the lettings system: offers, exchanges and bids, over its mock and over answers written here.
import { describe, expect, it } from 'vitest';
import { lettings } from '../../../subgraphs/lettings/index.ts';
import { stepsConform } from '../writes.ts';

stepsConform(lettings, {
  acceptOffer: {
    operation: 'offers',
    change({ world, turn }) {
      const open = world.offers.filter(({ status }) => status === 10 || status === 20);
      const { offerNo } = open[turn % open.length] as (typeof open)[number];
      return { input: { offerNumber: offerNo } };
    },
  },
  applyForExchange: {
    operation: 'exchanges',
    async change({ world: { cast }, read }) {
      const { katy, david } = cast;
      const exchanges = async (): Promise<number> => (await read('exchangesOfPerson', katy.personReference)).length;
      const before = await exchanges();
      const leg = (from: typeof katy | typeof david, to: typeof katy | typeof david) => ({
        personReference: from.personReference,
        fromPropertyReference: from.propertyReference,
        toPropertyReference: to.propertyReference,
        agreed: true,
      });
      return { input: { legs: [leg(katy, david), leg(david, katy)] }, times: async () => (await exchanges()) - before };
    },
  },
  placeBid: {
    operation: 'bids',
    async change({ world, turn, read }) {
      const open = world.adverts.filter(({ closes }) => closes > '2026-09-01T13:00:00');
      const pairs = world.applications
        .filter(({ status }) => status === 300)
        .flatMap(({ appRef, bedroomNeed }) =>
          open
            .filter(({ minBedrooms }) => Number.parseInt(bedroomNeed, 10) >= minBedrooms)
            .map(({ advertNo }) => ({ applicationReference: appRef, advertNumber: advertNo })),
        );
      const input = pairs[turn % pairs.length] as (typeof pairs)[number];
      const bids = async (): Promise<number> =>
        (await read('adverts', { offset: 0, limit: 100 })).items.find(
          ({ advertNumber }: { advertNumber: string }) => advertNumber === input.advertNumber,
        ).bids;
      const before = await bids();
      return { input, times: async () => (await bids()) - before };
    },
  },
});
