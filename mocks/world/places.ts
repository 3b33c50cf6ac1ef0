// Where homes stand: towns of the East of England with invented streets and postcodes. Knows no household and no system.
import { between, pick, type Random } from './random.ts';

const TOWNS = [
  { name: 'Cambridge', districts: ['CB1', 'CB4', 'CB5'] },
  { name: 'Norwich', districts: ['NR1', 'NR3', 'NR5'] },
  { name: 'Ipswich', districts: ['IP1', 'IP2', 'IP3'] },
  { name: 'Colchester', districts: ['CO1', 'CO2', 'CO4'] },
  { name: 'Peterborough', districts: ['PE1', 'PE2', 'PE3'] },
  { name: "King's Lynn", districts: ['PE30'] },
  { name: 'Great Yarmouth', districts: ['NR30', 'NR31'] },
  { name: 'Lowestoft', districts: ['NR32', 'NR33'] },
  { name: 'Bury St Edmunds', districts: ['IP32', 'IP33'] },
  { name: 'Chelmsford', districts: ['CM1', 'CM2'] },
  { name: 'Stevenage', districts: ['SG1', 'SG2'] },
  { name: 'Huntingdon', districts: ['PE29'] },
] as const;

const FIRST = (
  'Mill Church Station Abbey Priory Victoria Nelson Cromwell Constable Gainsborough Windmill Orchard Chapel School ' +
  'Meadow Fenland Heron Lapwing Marsh Broadland Barley Saffron Lavender Hawthorn Sycamore Chestnut Willow Ferry Quay ' +
  'Market Castle Bishops Nightingale Elizabeth Jubilee Coronation Kitchener Thorpe Wensum Orwell Stour Nene Ouse'
).split(' ');
const SECOND = ['Road', 'Street', 'Close', 'Way', 'Avenue', 'Drive', 'Lane', 'Crescent', 'Gardens', 'Walk', 'Place'];
const HOUSES = (
  'Thetford Lavenham Aldeburgh Southwold Walsingham Cavendish Wicken Denver Ramsey Stradbroke Attlee Nye Bevan Cavell ' +
  'Kett Fry Borrow Sewell Crome Munnings'
).split(' ');
/** Letters that the second half of a postcode may hold. */
const INWARD = [...'ABDEFGHJLNPQRSTUWXYZ'];

/** A stretch of road, or a block of flats on one, with one postcode. */
export interface Street {
  readonly town: string;
  readonly road: string;
  readonly postcode: string;
  /** The block's name, if flats stand here. */
  readonly block: string | null;
  /** Whether the block has a lift. */
  readonly lift: boolean;
  /** How many homes stand here. */
  readonly homes: number;
}

/** The next street of an estate. About two homes in five are flats in blocks, as in England's social housing. */
export function street(random: Random): Street {
  const town = pick(random, TOWNS);
  const road = `${pick(random, FIRST)} ${pick(random, SECOND)}`;
  const postcode = `${pick(random, town.districts)} ${between(random, 1, 9)}${pick(random, INWARD)}${pick(random, INWARD)}`;
  const block = random() < 0.4 ? `${pick(random, HOUSES)} ${pick(random, ['House', 'Court', 'Lodge'])}` : null;
  const homes = between(random, 6, 24);
  return { town: town.name, road, postcode, block, lift: block !== null && homes > 12 && random() < 0.6, homes };
}
