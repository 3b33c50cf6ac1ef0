// What the status page is made of: a question to Lintel's own API, and the shape of its answer.

/** What the status page asks for: of the machinery alone, no legacy system. */
export const question = `{
  systems {
    name state since expectedBack
    notice { text }
    backends { name state since why restorePoint cause alarm { compared missing older reissued changed provenUpTo at } }
    kept { kind count oldest newest }
  }
}`;

/** What is answered. Instants are ISO 8601. */
export interface Facts {
  name: string;
  state: string;
  since: string;
  expectedBack: string | null;
  notice: { text: string } | null;
  backends: readonly BackendFacts[];
  kept: readonly { kind: string; count: number; oldest: string | null; newest: string | null }[] | null;
}

/** Of one server. */
export interface BackendFacts {
  name: string;
  state: string;
  since: string;
  why: string | null;
  restorePoint: string | null;
  cause: string | null;
  alarm: AlarmFacts | null;
}

/** What a check on return has found. */
export interface AlarmFacts {
  compared: number;
  missing: number;
  older: number;
  reissued: number;
  changed: number;
  provenUpTo: string | null;
  at: string;
}

/** What the page subscribes to. */
export const systemChanges = 'subscription { systemChanged { name state } }';
