// Which of the types that an answer can have a client takes, by its Accept header (RFC 9110, 12.5.1).

/** The types of one answer, the one given to who takes anything first. */
export const json = 'application/json; charset=utf-8';
export const graphqlResponse = 'application/graphql-response+json; charset=utf-8';

/** What a client takes. */
export interface Taken {
  /** Its type of one answer; null: it takes neither. */
  single: typeof json | typeof graphqlResponse | null;
  /** Whether it takes the events of a subscription as parts (Apollo's multipart protocol). */
  parts: boolean;
}

interface Range {
  type: string;
  parameters: string[];
  quality: number;
}

/** What is known of headers that were seen: clients send one of few, and an attacker's are forgotten. */
const seen = new Map<string, Taken>();
const mostSeen = 200;

/** What a client takes. Without a header it takes anything. */
export function takenBy(accept: string | undefined): Taken {
  if (accept === undefined) return { single: json, parts: false };
  let taken = seen.get(accept);
  if (!taken) {
    taken = negotiated(accept);
    if (seen.size >= mostSeen) seen.clear();
    seen.set(accept, taken);
  }
  return taken;
}

function negotiated(accept: string): Taken {
  const ranges = accept
    .toLowerCase()
    .split(',')
    .map((part): Range => {
      const [type = '', ...parameters] = part.split(';').map((piece) => piece.trim());
      const weight = parameters.find((parameter) => parameter.startsWith('q='));
      return { type, parameters, quality: weight ? Number(weight.slice(2)) || 0 : 1 };
    });
  const single = [json, graphqlResponse]
    .map((type) => ({ type, ...preference(type.split(';')[0] as string, ranges) }))
    .filter(({ quality }) => quality > 0)
    // Among equals the one that it names first.
    .sort((one, other) => other.quality - one.quality || one.place - other.place)[0];
  const parts = ranges.some(
    ({ type, parameters, quality }) =>
      quality > 0 &&
      type === 'multipart/mixed' &&
      parameters.some((parameter) => /^subscriptionspec="?1\.0"?$/.test(parameter)),
  );
  return { single: (single?.type as Taken['single']) ?? null, parts };
}

/** How much a type is wanted: the most exact range that covers it says so. */
function preference(type: string, ranges: readonly Range[]): { quality: number; place: number } {
  for (const range of [type, type.replace(/\/.*/, '/*'), '*/*']) {
    const place = ranges.findIndex((each) => each.type === range);
    const found = ranges[place];
    if (found) return { quality: found.quality, place };
  }
  return { quality: 0, place: ranges.length };
}
