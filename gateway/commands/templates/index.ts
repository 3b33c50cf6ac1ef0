// The income system: made from a template. Say here what it holds and what it speaks.
import type { SystemDefinition } from '../continuity/definition.ts';
import { type IncomeReads, incomeAdapter } from './adapter.ts';
import { resolvers } from './resolvers.ts';

export const income: SystemDefinition<IncomeReads> = {
  name: 'income',
  // Where it takes longer than the common time limits allow, say how long, and why.
  backends: { income: { variable: 'INCOME', credentials: 'PASSWORD' } },
  adapter: incomeAdapter,
  resolvers,
};
