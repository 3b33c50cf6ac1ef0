// The made-up estate: the same twice, joined up, and with the people of the journeys in their places.
import { describe, expect, it } from 'vitest';
import { londonTime, worldClock } from '../../mocks/world/calendar.ts';
import { type Member, makeWorld, type World } from '../../mocks/world.ts';

const today = '2026-11-23';
const world = makeWorld({ today });

/** Every reference in a world, in order. */
function references(one: World): string[] {
  return [
    ...one.homes.map((home) => `${home.propRef} ${home.uprn} ${home.houseRef}`),
    ...one.members.map((member) => `${member.personRef} ${member.telephone}`),
    ...one.tenancies.map((tenancy) => `${tenancy.tagRef} ${tenancy.propRef} ${tenancy.houseRef}`),
    ...one.applications.map((application) => `${application.appRef} ${application.personRef}`),
    ...one.offers.map((offer) => `${offer.offerNo} ${offer.appRef} ${offer.propRef}`),
    ...one.exchanges.map((exchange) => `${exchange.exchRef} ${exchange.legs.map((leg) => leg.personRef)}`),
    ...one.adverts.map((advert) => advert.advertNo),
  ];
}

describe('a world', () => {
  it('is the same for the same seed and day', () => {
    const again = makeWorld({ today });
    const plain = ({ random: _, ...rest }: World) => rest;
    expect(plain(again)).toEqual(plain(world));
    expect(makeWorld({ today, seed: 7 }).members).not.toEqual(world.members);
  });

  it('keeps its references on another day, and moves its dates along', () => {
    const later = makeWorld({ today: '2027-02-01' });
    expect(references(later)).toEqual(references(world));
    expect(later.cast).toEqual(world.cast);
    expect(later.tenancies[0]?.start).not.toBe(world.tenancies[0]?.start);
  });

  it('has two thousand dwellings unless told otherwise, and today for a present', () => {
    expect(world.homes.filter((home) => home.kind === 'DWELLING')).toHaveLength(2_000);
    const before = londonTime(Date.now()).slice(0, 10);
    const present = makeWorld({ homes: 100 }).today;
    expect([before, londonTime(Date.now()).slice(0, 10)]).toContain(present);
    expect(() => makeWorld({ homes: 99 })).toThrow(RangeError);
  });

  it('keeps every array in the order of its keys, each key once', () => {
    const keys = [
      world.homes.map((one) => one.propRef),
      world.members.map((one) => one.personRef),
      world.tenancies.map((one) => one.tagRef),
      world.applications.map((one) => one.appRef),
      world.offers.map((one) => one.offerNo),
      world.exchanges.map((one) => one.exchRef),
      world.adverts.map((one) => one.advertNo),
    ];
    for (const list of keys) expect([...new Set(list)].sort()).toEqual(list);
    expect(new Set(world.homes.map((one) => one.uprn)).size).toBe(world.homes.length);
  });

  it('joins its records: nothing points at what is not there', () => {
    for (const tenancy of world.tenancies) {
      expect(world.homeByRef.has(tenancy.propRef)).toBe(true);
      expect(world.membersByHouse.has(tenancy.houseRef)).toBe(true);
      if (tenancy.end !== null) expect(tenancy.end >= tenancy.start).toBe(true);
    }
    for (const home of world.homes.filter((one) => one.houseRef !== null)) {
      const current = world.tenanciesByProp.get(home.propRef)?.filter((one) => one.end === null);
      expect(current?.map((one) => one.houseRef)).toEqual([home.houseRef]);
    }
    for (const application of world.applications) expect(world.memberByRef.has(application.personRef)).toBe(true);
    for (const offer of world.offers) {
      expect(world.homeByRef.has(offer.propRef)).toBe(true);
      expect(world.applications.some((one) => one.appRef === offer.appRef)).toBe(true);
    }
    for (const { legs } of world.exchanges) {
      expect(legs.length).toBeGreaterThanOrEqual(2);
      expect(legs.length).toBeLessThanOrEqual(5);
      // A chain: each moves into the next one's home, and the last into the first's.
      expect(legs.map((leg) => leg.toPropRef)).toEqual([...legs.slice(1), legs[0]].map((leg) => leg?.fromPropRef));
    }
  });

  it('has what estates have: blocks, garages, empty homes, joint tenants, former tenants who moved on', () => {
    expect(world.homes.some((home) => home.kind === 'BLOCK')).toBe(true);
    expect(world.homes.some((home) => home.kind === 'DWELLING' && home.houseRef === null)).toBe(true);
    const joint = [...world.membersByHouse.values()].filter(
      (house) => house.filter((one) => one.responsible).length > 1,
    );
    expect(joint.length).toBeGreaterThan(50);
    const current = [...world.tenanciesByHouse.values()].map((list) => list.filter((one) => one.end === null).length);
    expect(Math.max(...current)).toBe(2); // a home and a garage
    const moved = [...world.tenanciesByHouse.values()].filter(
      (list) => list.some((one) => one.end !== null) && list.some((one) => one.end === null),
    );
    expect(moved.length).toBeGreaterThan(0);
  });

  it('has odd codes that no list knows, and about one vulnerable person in twelve', () => {
    expect(world.tenancies.some((one) => one.tenure === 'FRM')).toBe(true);
    expect(world.applications.some((one) => one.band === 'TMP')).toBe(true);
    expect(world.members.some((one) => one.vulnerable === 'DEM')).toBe(true);
    const share = world.members.filter((one) => one.vulnerable !== '').length / world.members.length;
    expect(share).toBeGreaterThan(0.06);
    expect(share).toBeLessThan(0.1);
  });

  it('rings nobody: every number is from the ranges that Ofcom keeps for drama', () => {
    const drama = /^(07700900\d{3}|01632960\d{3}|02079460\d{3}|01(13|14|15|16|17|21|61)4960\d{3})$/;
    const numbers = world.members.flatMap((member) =>
      member.telephone
        .replace(/\+44 ?(\(0\))?|00 44 /g, '0')
        .split('/')
        .map((one) => one.replace(/ring after 6|\D/g, ''))
        .filter((one) => one !== ''),
    );
    expect(numbers.length).toBeGreaterThan(1_000);
    expect(numbers.filter((one) => !drama.test(one))).toEqual([]);
    for (const dirt of [/\+44/, /00 44/, /ring after/, /\d \/ \d/, /^$/, /\(0\)/]) {
      expect(world.members.some((member) => dirt.test(member.telephone))).toBe(true);
    }
  });

  it('gives one purpose one stream of chance', () => {
    const a = world.random('jobs');
    const b = world.random('jobs');
    const other = world.random('calls');
    const first = [a(), a(), a()];
    expect([b(), b(), b()]).toEqual(first);
    expect([other(), other(), other()]).not.toEqual(first);
    expect(first.every((value) => value >= 0 && value < 1)).toBe(true);
  });
});

describe('the people of the journeys', () => {
  const { katy, david, properties } = world.cast;
  const at = (propertyReference: string) => world.homeByRef.get(propertyReference);

  it('has Katy in boxes: accepted, contract sent, a day planned, and not moved', () => {
    const offer = world.offers.find((one) => one.offerNo === katy.offerNumber);
    expect(offer).toMatchObject({ status: 30, contractStatus: 'S', signupOn: null, actualStart: null });
    expect(offer?.viewAt?.slice(0, 10) ?? today).toMatch(/^2026-11-0/);
    expect((offer?.plannedStart ?? '') > today).toBe(true);
    expect(at(offer?.propRef ?? '')?.houseRef).toBeNull();
    const application = world.applications.find((one) => one.appRef === offer?.appRef);
    expect(application).toMatchObject({ personRef: katy.personReference, status: 800 });
  });

  it('has David with an approved exchange of three legs and 42 days to decide', () => {
    const exchange = world.exchanges.find((one) => one.exchRef === david.exchangeReference);
    expect(exchange?.status).toBe(4);
    expect(exchange?.legs).toHaveLength(3);
    expect(exchange?.legs.every((leg) => leg.agreed)).toBe(true);
    expect(exchange?.legs[0]).toMatchObject({ personRef: david.personReference, fromPropRef: david.propertyReference });
    expect(exchange && Date.parse(exchange.decisionDue) - Date.parse(exchange.applied)).toBe(42 * 86_400_000);
    const children = world.membersByHouse.get(at(david.propertyReference)?.houseRef ?? '');
    expect(children?.length).toBeGreaterThan(1);
  });

  it.each([katy, david])(
    'lives in a home of their own, with a number that is nobody else’s: $personReference',
    (who) => {
      const person = world.memberByRef.get(who.personReference) as Member;
      expect(at(who.propertyReference)?.houseRef).toBe(person.houseRef);
      expect(world.tenancyByRef.get(who.tenancyReference)).toMatchObject({ propRef: who.propertyReference, end: null });
      expect(person.telephone).toMatch(/^07700 900\d{3}$/);
      const digits = person.telephone.replace(/\D/g, '').slice(1);
      expect(world.members.filter((one) => one.telephone.replace(/\D/g, '').includes(digits))).toEqual([person]);
    },
  );

  it('names fifty tenanted dwellings, theirs first', () => {
    expect(properties.slice(0, 2)).toEqual([katy.propertyReference, david.propertyReference]);
    expect(new Set(properties).size).toBe(50);
    expect(properties.every((ref) => at(ref)?.kind === 'DWELLING' && at(ref)?.houseRef !== null)).toBe(true);
  });
});

describe('a world’s clock', () => {
  it('tells London’s time of day on the world’s own day, in summer time too', () => {
    let nowMs = Date.parse('2026-07-01T12:00:00Z');
    const clock = worldClock('2026-11-23', () => nowMs);
    expect(clock()).toBe('2026-11-23T13:00:00');
    nowMs += 12 * 3_600_000;
    expect(clock()).toBe('2026-11-24T01:00:00');
  });
});
