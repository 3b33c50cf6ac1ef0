// The list of systems. A new one is an import and an entry here.
import type { SystemDefinition } from './continuity/definition.ts';
import { lettings } from './lettings/index.ts';
import { repairs } from './repairs/index.ts';
import { telephony } from './telephony/index.ts';
import { tenancies } from './tenancies/index.ts';

// biome-ignore lint/suspicious/noExplicitAny: each system has reads of its own.
export const systems: readonly SystemDefinition<any>[] = [tenancies, lettings, repairs, telephony];

// Status is no legacy system: it has no wire, and speaks of all of them.
export type { StatusContext, Walks } from './status/context.ts';
export { createReplays } from './status/replays.ts';
export { statusResolvers } from './status/resolvers.ts';
export { statusOf } from './status/state.ts';
