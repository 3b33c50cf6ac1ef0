// Deliberate bugs (fault injection, for tests alone): each takes one safeguard away, so that the restore harness can show that
// it would notice. Nothing but a test can plant one: no setting, no variable and no request reaches this.

/** The safeguards that can be taken away, by what is done wrong without them. */
export type DeliberateBug =
  /** Applied writes are not looked up, neither on a backend's return nor in normal running. */
  | 'SKIP_APPLIED_LOOKUP'
  /** A follow-on write trusts a reference without comparing what it was about when it was accepted. */
  | 'TRUST_BARE_NUMBER'
  /** One idempotency key may get two receipts, which then answer as two. */
  | 'TWO_RECEIPTS_A_KEY'
  /** An applied write that is not found once is taken for lost, without a second look. */
  | 'BELIEVE_FIRST_MISS';

const planted = new Set<DeliberateBug>();

/** Whether a bug has been planted. */
export function hasBug(bug: DeliberateBug): boolean {
  return planted.has(bug);
}

/** Plants a bug in this process. Gives what takes it out again. Called by tests alone; test/house.test.ts holds us to it. */
export function plantBug(bug: DeliberateBug): () => void {
  planted.add(bug);
  return () => void planted.delete(bug);
}
