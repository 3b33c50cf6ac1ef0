// The search for people, a page at a time. The wire numbers its rows and does not say whether from 0 or from 1: it is
// found out, once, so that no page loses a row or gives one twice.
import { WireError } from '../continuity/errors.ts';
import type { XmlValue } from '../continuity/xml.ts';
import { element } from '../continuity/xml.ts';
import { members, type PersonRecord, totalRows } from './records.ts';

/** Who is looked for. Blank is anybody. */
export interface PeopleSearch {
  surname: string;
  postcode: string;
  /** The first row wanted, counted from 0. */
  startRow: number;
  /** At most 100. */
  maxRows: number;
}

/** One page of those found. */
export interface PeopleFound {
  items: PersonRecord[];
  /** On all pages. */
  totalCount: number;
  hasMore: boolean;
}

/**
 * The search.
 * @param ask sends the operation's question and gives its result.
 */
export function searchPeople(
  ask: (question: string, signal: AbortSignal) => Promise<XmlValue>,
): (search: PeopleSearch, signal: AbortSignal) => Promise<PeopleFound> {
  let numberOfFirstRow: 0 | 1 | null = null;

  async function rows({ surname, postcode }: PeopleSearch, startRow: number, maxRows: number, signal: AbortSignal) {
    const who = element('Surname', surname) + element('PostCode', postcode);
    const result = await ask(who + element('StartRow', startRow) + element('MaxRows', maxRows), signal);
    return { items: members(result), totalCount: result === '' ? 0 : totalRows(result) };
  }

  /** Of as many rows as there are, the one with that number is the last if counted from 1, and none if counted from 0. */
  async function firstRow(search: PeopleSearch, signal: AbortSignal): Promise<0 | 1> {
    if (numberOfFirstRow !== null) return numberOfFirstRow;
    const { totalCount } = await rows(search, 1, 1, signal);
    // Nobody, or one whom a count from 0 has passed already: from 0 finds both out, and proves nothing for the next.
    if (totalCount === 0) return 0;
    const last = await rows(search, totalCount, 1, signal);
    const number = last.items.length > 0 ? 1 : 0;
    // Somebody may have moved in or out between the two: then it holds for now, and is not kept.
    if (last.totalCount === totalCount) numberOfFirstRow = number;
    return number;
  }

  return async (search, signal) => {
    const { startRow, maxRows } = search;
    const number = startRow + (await firstRow(search, signal));
    const { items, totalCount } = await rows(search, number, maxRows, signal).catch((error: unknown) => {
      // The same search was just taken from row 1 on: there is no row 0 where rows are numbered from 1, and nobody.
      const refused = error instanceof WireError && error.failure === 'REFUSAL';
      if (refused && number === 0 && numberOfFirstRow === null) return { items: [], totalCount: 0 };
      throw error;
    });
    return { items, totalCount, hasMore: items.length > 0 && startRow + items.length < totalCount };
  };
}
