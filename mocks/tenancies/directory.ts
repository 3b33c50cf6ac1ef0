// Finds people by surname and postcode without walking the estate. Knows no wire.
import type { Home, Member, World } from '../world.ts';

/** People with that surname (whole, in any case) and postcode (in any spacing); undefined where neither is given. */
export type Directory = (surname: string, postcode: string) => Member[] | undefined;

const squeeze = (postcode: string) => postcode.replaceAll(' ', '').toLowerCase();

/** A directory of a world. Its indexes are made at the first search. */
export function directory(world: World): Directory {
  let bySurname: Map<string, Member[]> | undefined;
  let byPostcode: Map<string, Home[]> | undefined;
  let homeOfHouse: Map<string, Home> | undefined;

  return (surname, postcode) => {
    bySurname ??= Map.groupBy(world.members, (member) => member.surname.toLowerCase());
    const lived = () => world.homes.filter((home) => home.houseRef !== null);
    if (surname !== '') {
      const named = bySurname.get(surname.toLowerCase()) ?? [];
      if (postcode === '') return named;
      homeOfHouse ??= new Map(lived().map((home) => [home.houseRef as string, home]));
      const homes = homeOfHouse;
      return named.filter((one) => squeeze(homes.get(one.houseRef)?.postcode ?? '') === squeeze(postcode));
    }
    if (postcode === '') return undefined;
    byPostcode ??= Map.groupBy(lived(), (home) => squeeze(home.postcode));
    const homes = byPostcode.get(squeeze(postcode)) ?? [];
    const houses = homes.map((home) => home.houseRef as string).sort();
    return houses.flatMap((house) => world.membersByHouse.get(house) ?? []);
  };
}
