// Looks up the references of the people of the journeys in an estate already built. Knows no system.

import type { Application, Cast, Exchange, Home, Member, Offer, Tenancy } from '../world.ts';
import type { Demand } from './demand.ts';
import { PLACES } from './story.ts';

/** How many dwellings the cast names, for drills and measurements to ask about. */
const CAST_PROPERTIES = 50;

/** The cast of a world. `dwellings` are in the order of their places. */
export function castOf(
  dwellings: readonly Home[],
  membersByHouse: ReadonlyMap<string, Member[]>,
  tenanciesByProp: ReadonlyMap<string, Tenancy[]>,
  demand: Demand,
): Cast {
  const person = (place: number) => {
    const home = dwellings[place] as Home;
    const tenant = membersByHouse.get(home.houseRef ?? '')?.[0] as Member;
    const tenancy = tenanciesByProp.get(home.propRef)?.at(-1) as Tenancy;
    return { personReference: tenant.personRef, tenancyReference: tenancy.tagRef, propertyReference: home.propRef };
  };
  const katy = person(PLACES.katy);
  const david = person(PLACES.david);
  const application = demand.applications.find((one) => one.personRef === katy.personReference) as Application;
  const offer = demand.offers.find((one) => one.appRef === application.appRef) as Offer;
  const exchange = demand.exchanges.find((one) => one.legs[0]?.personRef === david.personReference) as Exchange;
  const first = [katy.propertyReference, david.propertyReference];
  const others = dwellings.filter((home) => home.houseRef !== null && !first.includes(home.propRef));
  return {
    katy: { ...katy, offerNumber: offer.offerNo },
    david: { ...david, exchangeReference: exchange.exchRef },
    properties: [...first, ...others.slice(0, CAST_PROPERTIES - 2).map((home) => home.propRef)],
  };
}
