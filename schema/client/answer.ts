// An answer: what could be had, and what could not. Tells "asked, and not there" from "could not ask".
import type { LintelError, Place } from './errors.ts';

/** What came back. `data` can be there in part: each field that could not be asked is null, and an error says why. */
export interface Answer<Data> {
  /** Null: nothing of it could be had. */
  readonly data: Data | null;
  /** Empty: everything was asked, so every null means "not there". */
  readonly errors: readonly LintelError[];
  /** What the server says beside the data. */
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** Every place in some data, as the names and numbers that lead there; anything, where the data's type is not known. */
export type PathOf<Data> = unknown extends Data
  ? (string | number)[]
  : Data extends readonly (infer Item)[]
    ? [] | [index: number, ...PathOf<NonNullable<Item>>]
    : Data extends object
      ? [] | { [Field in keyof Data & string]: [Field, ...PathOf<NonNullable<Data[Field]>>] }[keyof Data & string]
      : [];

/**
 * Why there is nothing at a place of an answer: the error of the call that failed, or null where nothing failed (it was
 * asked, and is not there), and null where there is something.
 *
 *     whyNull(answer, 'person', 'applications')
 *
 * An error lists at most a hundred places; past those, a place of the same kind (another item of the same list) counts
 * as affected too, since "not there" would be a guess.
 * @throws TypeError where the path names a field that the operation did not ask for, or an item past a list's end.
 */
export function whyNull<Data>({ data, errors }: Answer<Data>, ...path: PathOf<Data>): LintelError | null {
  const place: Place = path;
  let at: unknown = data;
  for (const step of place) {
    if (at === null) break;
    if (typeof at !== 'object' || !Object.hasOwn(at, step)) {
      throw new TypeError(`The answer has no place "${place.join('.')}": there is no "${step}".`);
    }
    at = (at as Record<string | number, unknown>)[step];
  }
  return at === null ? (errors.find((error) => explains(error, place)) ?? null) : null;
}

function explains(error: LintelError, place: Place): boolean {
  const listed = 'affectedPaths' in error ? error.affectedPaths : [];
  const places = listed.length || !error.path ? listed : [error.path];
  // An error that names no place is of the whole request.
  if (!places.length) return true;
  const unlisted = 'affected' in error && error.affected > places.length;
  return places.some((affected) => meets(affected, place, unlisted));
}

/** Whether one place is the other, or lies above or below it: a null above takes with it what is below. */
function meets(affected: Place, place: Place, anyItem: boolean): boolean {
  let [i, j] = [0, 0];
  while (i < affected.length && j < place.length) {
    const [one, other] = [affected[i], place[j]];
    if (one === other || (anyItem && typeof one === 'number' && typeof other === 'number')) {
      i += 1;
      j += 1;
    }
    // An error can stand for a whole list and name no item of it.
    else if (typeof other === 'number' && typeof one === 'string') j += 1;
    else return false;
  }
  return true;
}
