// Asterisk's manager interface over HTTP: actions in a session that lives in a cookie, answers as lists of events.
// Knows no queue.
import type { Clock } from '../continuity/clock.ts';
import type { Connection } from '../continuity/definition.ts';
import { WireError } from '../continuity/errors.ts';
import { createSessions, SessionLapsed } from '../continuity/session.ts';
import { statusError, type Wire } from '../continuity/wire.ts';
import { parseXml, type XmlValue } from '../continuity/xml.ts';

/** One event of an answer: its attributes as they are, all of them text. */
export type ManagerEvent = Readonly<Record<string, string>>;

/** Logging in is one action like any other; it gets as long as any call. */
const openTimeoutMs = 2_000;

/** Gives the way to run an action that answers with a list: `action(name)` gives its events. */
export function openMxml(wire: Wire, connection: Connection, clock: Clock) {
  const sessions = createSessions(login, openTimeoutMs, clock);

  async function ask(query: Record<string, string>, signal: AbortSignal, cookie?: string) {
    const path = `/mxml?${new URLSearchParams(query)}`;
    const reply = await wire.send({ path, signal, ...(cookie && { headers: { cookie } }) });
    if (reply.status !== 200) throw statusError(reply, clock.now());
    const events = eventsIn(parseXml(reply.text));
    const response = events.find((event) => event.response !== undefined);
    if (!response) throw new WireError('GARBLED', `${query.action} without a response`);
    if (response.response === 'Success') return { events, headers: reply.headers };
    const says = response.message ?? '';
    if (query.action === 'Login' && /authenticat|login|password|secret|denied/i.test(says)) {
      throw new WireError('CREDENTIALS', 'Login was not accepted');
    }
    if (query.action !== 'Login' && /permission denied/i.test(says)) throw new SessionLapsed();
    throw new WireError('FAULT', `${query.action} was not successful`);
  }

  async function login(signal: AbortSignal): Promise<string> {
    const credentials = { username: connection.user, secret: connection.password };
    const { headers } = await ask({ action: 'Login', ...credentials }, signal);
    // Sent back as it was given: the quotes are part of it.
    const cookies = [headers['set-cookie'] ?? []].flat().map((cookie) => cookie.split(';')[0]?.trim() ?? '');
    const session = cookies.find((cookie) => cookie.startsWith('mansession_id='));
    if (!session) throw new WireError('GARBLED', 'Login without a session');
    return session;
  }

  /** @throws WireError GARBLED where the list does not come to its end. */
  return async function action(name: string, signal: AbortSignal): Promise<ManagerEvent[]> {
    const { events } = await sessions.use((cookie) => ask({ action: name }, signal, cookie), signal);
    const complete = events.some(({ event, eventlist }) => event === `${name}Complete` || eventlist === 'Complete');
    if (!complete) throw new WireError('GARBLED', `${name} without its end`);
    return events;
  };
}

/** Every `<generic .../>`, however deep: servers differ in what they wrap it in. */
function eventsIn(value: XmlValue | XmlValue[]): ManagerEvent[] {
  if (typeof value === 'string') return [];
  if (Array.isArray(value)) return value.flatMap(eventsIn);
  return Object.entries(value).flatMap(([name, content]) =>
    name === 'generic' ? [content].flat().map(attributesOf) : eventsIn(content),
  );
}

function attributesOf(element: XmlValue): ManagerEvent {
  const attributes = Object.entries(element).filter(([name]) => name.startsWith('@'));
  return Object.fromEntries(attributes.map(([name, value]) => [name.slice(1), String(value)]));
}
