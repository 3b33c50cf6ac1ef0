// The lettings system's days and times: DDMMYYYY, and DD/MM/YYYY HH:mm by London's clocks.
import { londonTime, londonWallClock, realDay, trimmed } from '../continuity/dirt.ts';
import { WireError } from '../continuity/errors.ts';

interface Moment {
  /** ISO 8601. */
  day: string;
  /** `HH:mm`, perhaps with seconds; undefined where only a day is written. */
  time: string | undefined;
}

/** Null for blank, for 00000000 and for 01011900, in either form. */
function moment(value: string | null): Moment | null {
  // Written as a number somewhere on its way, a day loses its leading zero.
  const text = trimmed(value)?.replace(/^\d{7}$/, '0$&');
  if (!text || /^[0/]+(?: [0:]+)?$/.test(text)) return null;
  const parts = /^(\d{2})(\/?)(\d{2})\2(\d{4})(?: (\d{2}:\d{2}(?::\d{2})?))?$/.exec(text);
  if (!parts) throw new WireError('GARBLED', 'a date in another form than DDMMYYYY or DD/MM/YYYY HH:mm');
  const day = realDay(`${parts[4]}-${parts[3]}-${parts[1]}`);
  return day === null ? null : { day, time: parts[5] };
}

/** A day, ISO 8601. */
export function dayOf(value: string | null): string | null {
  return moment(value)?.day ?? null;
}

/** An instant with London's offset. A day without a time is the beginning of that day. */
export function instantOf(value: string | null): string | null {
  const found = moment(value);
  return found && londonTime(`${found.day}T${found.time ?? '00:00'}`);
}

/** An instant as the wire wants it, `DD/MM/YYYY HH:mm`; seconds are left off, so it is never later than what is given. */
export function wireTime(instantMs: number): string {
  const [day = '', time = ''] = londonWallClock(instantMs).split('T');
  return `${day.split('-').reverse().join('/')} ${time.slice(0, 5)}`;
}
