// What can be written in telephony: each by the name of its mutation in the schema.
import type { Mutations } from '../continuity/mutation.ts';
import type { OwnKinds } from '../continuity/own.ts';
import { ringings } from './call-limits.ts';
import { callbacks } from './callback-record.ts';
import { requestCallback } from './callbacks.ts';
import {
  campaigns,
  handouts,
  nextWelfareCalls,
  recordWelfareOutcome,
  ringWelfareCall,
  startWelfareCampaign,
  welfareCalls,
} from './welfare.ts';

export const mutations: Mutations = {
  requestCallback,
  startWelfareCampaign,
  nextWelfareCalls,
  ringWelfareCall,
  recordWelfareOutcome,
};

/** Lintel's own records of this system, by kind. */
export const ownKinds: OwnKinds = {
  callback: callbacks,
  campaign: campaigns,
  call: welfareCalls,
  handout: handouts,
  ringing: ringings,
};
