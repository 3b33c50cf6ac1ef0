// What the type checker must refuse: every line that ends in "refused", and no other.
import { createClient, type LintelError, whyNull } from 'lintel-client';
import { LinesDocument, PersonPageDocument } from 'lintel-client/operations';

const lintel = createClient({ url: new URL('http://127.0.0.1/graphql'), token: async () => 'renewed' });
const answer = await lintel.request(PersonPageDocument, { personReference: '1' }, { timeoutMs: 1_000 });
await lintel.request(LinesDocument);
await lintel.request(LinesDocument, {}, { retry: 'PARTIAL' });

await lintel.request(PersonPageDocument); // refused
await lintel.request(PersonPageDocument, {}); // refused
await lintel.request(PersonPageDocument, { personReference: 1 }); // refused
await lintel.request(PersonPageDocument, { personReference: '1', person: '1' }); // refused
await lintel.request(LinesDocument, { line: 'repairs' }); // refused
await lintel.request(LinesDocument, {}, { retry: 'ALWAYS' }); // refused

export const name: string | null | undefined = answer.data?.person?.name;
export const misspelt = answer.data?.person?.nmae; // refused
export const careless = answer.data.person; // refused
export const hopeful: string = answer.data?.person?.name ?? null; // refused
export const trusting = answer.data?.person?.applications.items; // refused

whyNull(answer, 'person', 'applications', 'items', 0, 'band');
whyNull(answer, 'person', 'aplications'); // refused
whyNull(answer, 'person', 'applications', 'items', 'band'); // refused

export function system(error: LintelError): string {
  if (error.code === 'SYSTEM_DOWN') return error.system;
  if (error.code === 'NO_ANSWER') return error.reason;
  if (error.code === 'SYSTEM_LOST') return ''; // refused
  return error.system; // refused
}

// What nobody has typed is unknown, not anything.
const untyped = await lintel.request('{ lines { items { name } } }');
export const lines = untyped.data.lines; // refused
