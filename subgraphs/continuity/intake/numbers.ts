// The numbers of the intake that are decisions, each with its reason.

/** Numbers of the intake. Times in ms. */
export interface IntakeNumbers {
  /** How long a write whose reply was lost is left alone before it is asked after, or sent again. */
  quarantineMs: number;
  /** How long an attempt holds its receipt beyond its call's own time limit. */
  leaseMs: number;
  /** How long a call without a time limit of its own may take: its backend's limit, which is less than that. */
  longestCallMs: number;
  /** How long the store may take to write down that a step is sent; then the step is not sent. */
  storeMs: number;
  /** How long an ordinary write waits for the store to take it, before whoever writes is told that it could not be. */
  acceptMs: number;
  /** Failures of a step's own, after which a person looks at it. */
  mostFailures: number;
  /** The first back-off after a failure, and the longest: it doubles, and is scattered by half. */
  firstBackOffMs: number;
  longestBackOffMs: number;
  /** Attempts a second of what had to wait, for each system, at most. */
  perSecond: number;
  /** Attempts at once of what had to wait: 1, 2, 4 ... up to that, while they succeed. */
  mostAtOnce: number;
  /** How often what waits is looked at without a reason to. Over PostgreSQL others accept writes too. */
  lookMs: number;
  /** How long a process that replays a system has that to itself without saying so again. */
  turnMs: number;
  /** How often changes by other processes are heard of. */
  hearMs: number;
}

/** The numbers that a server starts with. */
export const intakeNumbers: IntakeNumbers = {
  // No call of ours lasts a minute; a hung server that wakes up still works off what it has read by then. Twice that.
  quarantineMs: 120_000,
  // A call, waiting for its place, and the store's own time before and after it.
  leaseMs: 15_000,
  longestCallMs: 60_000,
  // An honest disk takes tens of ms; meanwhile the attempt has a place at the backend, which others wait for.
  storeMs: 2_000,
  // As long as somebody on the telephone waits for a form. What a hung store takes after all has the same key when it is sent again.
  acceptMs: 5_000,
  // Over some twenty minutes, by the back-off: past any restart, and soon enough for a person on the same day.
  mostFailures: 8,
  firstBackOffMs: 1_000,
  longestBackOffMs: 5 * 60_000,
  // Ten thousand writes, ten weeks' worth, in nine minutes; a legacy system serves its own users some hundred calls a second.
  perSecond: 20,
  // Half of the places of a wire; the limiter gives background work fewer while users want them.
  mostAtOnce: 8,
  lookMs: 2_000,
  // Three renewals may fail before another process takes over.
  turnMs: 15_000,
  hearMs: 1_000,
};
