// The times of a Lintel whose rows of the matrix take seconds. What they are to each other is as in earnest: a quarantine is
// longer than the longest hang, a lease than the longest call.

export const quick = {
  /** Of a call to a backend. */
  timeoutMs: 1_000,
  circuit: { firstProbeMs: 200, lastProbeMs: 800 },
  intake: {
    quarantineMs: 2_000,
    leaseMs: 600,
    longestCallMs: 1_200,
    firstBackOffMs: 50,
    longestBackOffMs: 400,
    perSecond: 100,
    lookMs: 100,
    turnMs: 800,
    hearMs: 100,
  },
};
