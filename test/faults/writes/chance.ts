// One number drives everything that is random in the matrix of writes. It is printed, and can be given again.
import { randomInt } from 'node:crypto';
import { type Random, stream } from '../../../mocks/world/random.ts';

export { between, pick, type Random } from '../../../mocks/world/random.ts';

/** The number: `WRITES_SEED` gives it again. */
export const seed = Number(process.env.WRITES_SEED || randomInt(1, 2 ** 31));

/** What is random for one purpose: of the same seed and purpose, the same. */
export const chance = (purpose: string): Random => stream(seed, purpose);
