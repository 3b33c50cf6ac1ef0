// What the scheduler is told of a work order to find times for it: `theOrder` of its WSDL. Knows no session.
import { element } from '../continuity/xml.ts';

/** What the scheduler has to know of a work order to find times for it. Times are London wall clock. */
export interface SlotsKey {
  reference: string;
  /** First and last day, `yyyy-MM-dd`. */
  from: string;
  to: string;
  contractorReference: string | null;
  propertyReference: string | null;
  description: string | null;
  priorityCode: string | null;
  /** London wall clock. */
  target: string;
  items: { code: string; name: string | null; quantity: number | null }[];
  tradeCode: string | null;
}

/** `theOrder`, every element that the WSDL requires, in its order. Blank where Lintel does not know. */
export function orderElement(key: SlotsKey, user: string): string {
  const location = key.propertyReference ?? '';
  const codes = key.items.map(({ code, name, quantity }, index) =>
    [
      '<theBookingCodes>',
      name === null ? '' : element('bookingCodeDescription', name),
      element('bookingCodeSORCode', code),
      element('bookingId', 0),
      element('itemNumberWithinBooking', index + 1),
      element('orderId', 0),
      element('primaryOrderNumber', key.reference),
      element('quantity', quantity ?? 1),
      key.tradeCode === null ? '' : element('trade', key.tradeCode),
      '</theBookingCodes>',
    ].join(''),
  );
  return [
    '<theOrder>',
    element('contract', key.contractorReference ?? ''),
    element('locationID', location),
    element('message', false),
    // The scheduler takes at most 250 characters.
    element('orderComments', (key.description ?? '').slice(0, 250)),
    element('orderId', 0),
    element('primaryOrderNumber', key.reference),
    element('priority', key.priorityCode ?? ''),
    element('targetDate', key.target),
    ...codes,
    '<theLocation>',
    // Addresses are the tenancies system's; the reference is what both know the place by.
    element('address1', location),
    element('excludedFromMsging', true),
    element('locationId', location),
    element('name', location),
    element('postCode', ''),
    element('workflowType', ''),
    '</theLocation>',
    element('userId', user),
    '</theOrder>',
  ].join('');
}
