// What residents do with lettings: accept offers, apply for exchanges, bid. Knows the schema and the made-up estate; which offers
// can still be accepted it sees in the mock itself, as staff would tell a resident.
import { pick, type Random } from '../../mocks/world/random.ts';
import type { World } from '../../mocks/world.ts';
import { few, type Ground, type Life, type Target, targetOf, type Write } from './life.ts';

export const lettings: Ground = {
  write(life, sort) {
    const { world } = life.site.mocks;
    const chance = sort === 'EMERGENCY' ? 0 : life.random();
    const offer = chance < 0.5 ? openOffer(life) : null;
    if (offer) return acceptance(offer);
    const bid = chance > 0.9 ? anyBid(world, life) : null;
    return bid ?? exchange(world, life.random);
  },
  follow({ offers, random, notes }, _note, by) {
    const taken = new Set(notes.flatMap(({ target }) => target?.reference ?? []));
    const open = offers.filter(({ reference }) => !taken.has(reference));
    return by === 'NUMBER' && open.length > 0 ? acceptance(pick(random, open)) : null;
  },
  pages: ({ people, offers, notes, site }) => {
    const applicants = site.mocks.world.applications.slice(0, few).map(({ personRef }) => personRef);
    const made = notes.flatMap(({ made }) => made?.reference ?? []);
    const offersMade = [...offers.map(({ reference }) => reference), ...made.filter((each) => /^\d+$/.test(each))];
    const exchanges = made.filter((reference) => reference.startsWith('MEX'));
    return {
      few: [...people, ...applicants].map(
        (person) => `person(personReference: "${person}") { applications { items { applicationReference status } } }`,
      ),
      more: [
        ...[...people, ...applicants].map(
          (person) =>
            `person(personReference: "${person}") { applications { items { offers { items { offerNumber status } } } } exchanges { items { exchangeReference status } } }`,
        ),
        ...offersMade.map((reference) => `offer(offerNumber: "${reference}") { offerNumber status plannedMoveDate }`),
        ...exchanges.map(
          (reference) => `mutualExchange(exchangeReference: "${reference}") { exchangeReference status appliedOn }`,
        ),
      ],
    };
  },
};

function acceptance(offer: Target): Write {
  return {
    mutation: 'acceptOffer',
    input: () => ({ offerNumber: offer.reference, channel: 'WEB' }),
    emergency: false,
    operations: ['offers'],
    target: offer,
  };
}

/** An offer that nobody has accepted yet. */
function openOffer({ site, random, offers, notes }: Life): Target | null {
  const taken = new Set(notes.flatMap(({ target }) => target?.reference ?? []));
  const known = [...site.mocks.world.offers.map(({ offerNo }) => offerNo), ...offers.map(({ reference }) => reference)];
  const open = known.filter((reference) => {
    const content = site.look('lettings', reference).get('lettings')?.content;
    return !taken.has(reference) && content && [10, 20].includes(JSON.parse(content).status);
  });
  return open.length > 0 ? targetOf(site, 'lettings', pick(random, open)) : null;
}

function anyBid(world: World, { site, random }: Life): Write | null {
  const active = world.applications.filter(({ appRef }) => {
    const content = site.look('lettings', appRef).get('lettings')?.content;
    return content && JSON.parse(content).status === 300;
  });
  const pairs = active.flatMap((application) =>
    world.adverts
      .filter(({ minBedrooms }) => Number.parseInt(application.bedroomNeed, 10) >= minBedrooms)
      .map((advert) => [application.appRef, advert.advertNo] as const),
  );
  if (pairs.length === 0) return null;
  const [applicationReference, advertNumber] = pick(random, pairs);
  return {
    mutation: 'placeBid',
    input: () => ({ applicationReference, advertNumber, channel: 'WEB' }),
    emergency: false,
    operations: ['bids'],
    target: null,
  };
}

/** Two households that swap homes. */
function exchange(world: World, random: Random): Write {
  const lived = world.tenancies.filter(({ end, houseRef }) => end === null && world.membersByHouse.has(houseRef));
  const one = pick(random, lived);
  const other = pick(
    random,
    lived.filter(({ propRef, houseRef }) => propRef !== one.propRef && houseRef !== one.houseRef),
  );
  const leg = (from: typeof one, to: typeof one) => ({
    personReference: world.membersByHouse.get(from.houseRef)?.[0]?.personRef,
    fromPropertyReference: from.propRef,
    toPropertyReference: to.propRef,
    agreed: true,
  });
  const input = () => ({ channel: 'WEB', legs: [leg(one, other), leg(other, one)] });
  return { mutation: 'applyForExchange', input, emergency: false, operations: ['exchanges'], target: null };
}
