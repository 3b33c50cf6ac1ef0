// What a site can set for the work orders. Knows no wire.
import type { Settings } from '../continuity/definition.ts';

const what = (urgency: string) =>
  `the code of the site's schedule of rates that ${urgency} reported through Lintel is raised with`;

/**
 * A work order is raised with one item of the schedule of rates, by its urgency; whoever plans the work gives it its true
 * one. Each site has its own schedule: left as they are, these say to everybody that nobody has chosen.
 */
export const workOrderSettings = {
  SOR_IMMEDIATE: { what: what('an immediate repair'), default: 'LINTEL-I' },
  SOR_EMERGENCY: { what: what('an emergency'), default: 'LINTEL-E' },
  SOR_URGENT: { what: what('an urgent repair'), default: 'LINTEL-U' },
  SOR_ROUTINE: { what: what('a routine repair'), default: 'LINTEL-N' },
} satisfies Settings;
