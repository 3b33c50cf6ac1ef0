// What the status page is made of: a question to Lintel's own API, and the shape of its answer. What operators alone need to
// know is not asked for: anybody may read the page.

/** What the status page asks for: of the machinery alone, no legacy system. */
export const question = '{ systems { name state since expectedBack notice { sentences written } backends { state } } }';

/** What is answered. Instants are ISO 8601. */
export interface Facts {
  name: string;
  state: string;
  since: string;
  expectedBack: string | null;
  notice: { sentences: readonly string[]; written: boolean } | null;
  /** Of each of its servers: whether all of it is affected. */
  backends: readonly { state: string }[];
}

/** What the page subscribes to. */
export const systemChanges = 'subscription { systemChanged { name state notice { text } } }';
