// What can be written in repairs: each by the name of its mutation in the schema.
import type { Mutations } from '../continuity/mutation.ts';
import type { OwnKinds } from '../continuity/own.ts';
import { emergencies, takeEmergency } from './dispatch.ts';
import { advanceHazard, hazards } from './hazards.ts';
import { completeWorkOrder, reportNoAccess } from './progress.ts';
import { reportRepair } from './report.ts';
import { bookAppointment, cancelAppointment, moveAppointment } from './visits.ts';

export const mutations: Mutations = {
  reportRepair,
  bookAppointment,
  moveAppointment,
  cancelAppointment,
  reportNoAccess,
  completeWorkOrder,
  takeEmergency,
  advanceHazard,
};

/** Lintel's own records of this system, by kind. */
export const ownKinds: OwnKinds = { hazard: hazards, emergency: emergencies };
