// What the scheduler is told of a work order, to find times for it or to keep them: `theOrder` of its WSDL. Knows no session.
import { element } from '../continuity/xml.ts';

/** What the scheduler has to know of a work order. */
export interface OrderToPlan {
  reference: string;
  contractorReference: string | null;
  propertyReference: string | null;
  description: string | null;
  priorityCode: string | null;
  /** London wall clock. */
  target: string;
  items: readonly { code: string; name: string | null; quantity: number | null }[];
  tradeCode: string | null;
}

/** The same, and for when it is to find times. */
export interface SlotsKey extends OrderToPlan {
  /** First and last day, `yyyy-MM-dd`. */
  from: string;
  to: string;
}

/** One item of the schedule of rates, as `theBookingCodes` has it. */
export interface PlannedItem {
  code: string;
  name: string | null;
  quantity: number | string | null;
  trade: string | null;
}

/** `theBookingCodes` of an order or a booking. */
export function codeElements(
  items: readonly PlannedItem[],
  orderNumber: string,
  orderId = '0',
  bookingId = '0',
): string {
  return items
    .map(({ code, name, quantity, trade }, index) =>
      [
        '<theBookingCodes>',
        name === null ? '' : element('bookingCodeDescription', name),
        element('bookingCodeSORCode', code),
        element('bookingId', bookingId),
        element('itemNumberWithinBooking', index + 1),
        element('orderId', orderId),
        element('primaryOrderNumber', orderNumber),
        element('quantity', quantity ?? 1),
        trade === null ? '' : element('trade', trade),
        '</theBookingCodes>',
      ].join(''),
    )
    .join('');
}

/** `theOrder`, every element that the WSDL requires, in its order. Blank where Lintel does not know. */
export function orderElement(key: OrderToPlan, user: string): string {
  const location = key.propertyReference ?? '';
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
    codeElements(
      key.items.map((item) => ({ ...item, trade: key.tradeCode })),
      key.reference,
    ),
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
