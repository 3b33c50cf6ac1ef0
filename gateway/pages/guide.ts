// What a reader of the schema must know besides its types: how to ask, what an answer means, what an error means, how
// old an answer may be. Says what holds here, and apart from it what is to come. Knows the contract's words.
import { html } from './page.ts';

/** A section of the documentation. */
export interface Section {
  id: string;
  title: string;
  /** HTML. */
  text: string;
}

interface ErrorCode {
  code: string;
  means: string;
  /** Whether the same request can succeed later without anybody changing it. */
  retryable: string;
}

/** Errors that speak of a system. */
const ofSystems: readonly ErrorCode[] = [
  {
    code: 'SYSTEM_DOWN',
    means: 'It cannot be reached, or has not answered for a while and is left alone until it is back.',
    retryable: 'yes, unless it refuses Lintel’s own login',
  },
  { code: 'SYSTEM_TIMEOUT', means: 'It gave no answer in time.', retryable: 'yes' },
  { code: 'SYSTEM_GARBLED', means: 'It answered, but not in its own language, or was cut off.', retryable: 'yes' },
  {
    code: 'SYSTEM_OVERLOADED',
    means: 'It takes no more calls just now.',
    retryable: 'yes, after <code>retryAfter</code> seconds',
  },
  { code: 'SYSTEM_REFUSED', means: 'It is up and says no; the message says why.', retryable: 'no' },
  {
    code: 'STALER_THAN_ASKED',
    means:
      'What is kept is older than the request takes; or nothing is kept, where the system is not to be asked or cannot be asked such a thing.',
    retryable: 'yes',
  },
];

/** Errors that speak of the request, or of Lintel. */
const ofRequests: readonly ErrorCode[] = [
  {
    code: 'BAD_USER_INPUT',
    means:
      'A value that cannot be asked for or written; the message says what can. Of a write, extensions.fields has every field that is wrong, each with what is allowed.',
    retryable: 'no',
  },
  {
    code: 'IDEMPOTENCY_KEY_REUSED',
    means: 'The key of this write was used before, for something else: a new write needs a key of its own.',
    retryable: 'no',
  },
  { code: 'FORBIDDEN', means: 'Whoever is asking may not do this, or not see it.', retryable: 'no' },
  {
    code: 'STORE_DOWN',
    means: 'Lintel cannot read or write what it keeps itself; the message says what that means for this request.',
    retryable: 'yes',
  },
  { code: 'GRAPHQL_PARSE_FAILED', means: 'The text is no GraphQL.', retryable: 'no' },
  { code: 'GRAPHQL_VALIDATION_FAILED', means: 'It is GraphQL, but not of this schema.', retryable: 'no' },
  { code: 'OPERATION_RESOLUTION_FAILURE', means: 'Which of its operations is meant cannot be told.', retryable: 'no' },
  { code: 'BAD_REQUEST', means: 'The HTTP request is not one that GraphQL is asked with.', retryable: 'no' },
  { code: 'PERSISTED_QUERY_NOT_FOUND', means: 'A hash without its text: send both.', retryable: 'no' },
  { code: 'PERSISTED_QUERY_NOT_SUPPORTED', means: 'Send the text instead of a hash.', retryable: 'no' },
  { code: 'INTERNAL_SERVER_ERROR', means: 'A fault of Lintel. It has been logged.', retryable: 'no' },
];

/** Errors of what is not built yet; named now so that clients can be ready for them. */
const toCome: readonly ErrorCode[] = [
  { code: 'SYSTEM_ISOLATED', means: 'An operator has cut it off on purpose.', retryable: 'later' },
  { code: 'UNAUTHENTICATED', means: 'Lintel does not know who is asking.', retryable: 'no' },
  { code: 'RATE_LIMITED', means: 'Too many requests from this client.', retryable: 'yes' },
];

function table(codes: readonly ErrorCode[]): string {
  const rows = codes.map(
    ({ code, means, retryable }) =>
      `<tr id="error-${code}"><th scope="row"><code>${code}</code></th><td>${html(means)}</td><td>${retryable}</td></tr>`,
  );
  return `<div class="scroll"><table class="codes"><thead><tr><th scope="col">Code</th><th scope="col">Means</th><th scope="col">Worth trying again</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
}

const example = html(`{
  "errors": [
    {
      "message": "The repairs system cannot be reached.",
      "path": ["property", "repairs"],
      "extensions": {
        "code": "SYSTEM_DOWN",
        "system": "repairs",
        "retryable": true,
        "since": "2026-11-23T22:04:10Z",
        "affected": 1,
        "affectedPaths": [["property", "repairs"]]
      }
    }
  ],
  "data": { "property": { "address": "7 Ferry Road, King's Lynn", "repairs": null } }
}`);

/**
 * The sections that stand before the types, in their order.
 * @param keeps whether this Lintel keeps answers, or gives live ones alone.
 */
export const guide = (keeps: boolean): readonly Section[] => [
  {
    id: 'asking',
    title: 'How to ask',
    text: `<p>Send <code>POST /graphql</code> with <code>content-type: application/json</code> and <code>{"query": "...", "variables": {...}}</code>, as GraphQL over HTTP has it.</p>
<p>Start from a key that you know (a person, a property, a tenancy, a work order, an offer) and follow fields from there into any system: Lintel asks each system at most once for all that a page needs of one kind, as far as its batches go. Beside fields that another system than their type’s own is asked for, it says which.</p>
<p>Codes of the legacy systems appear twice: as a word of this schema (<code>status</code>) and as written there (<code>statusCode</code>). A code that Lintel does not know is <code>UNKNOWN</code>: expect it.</p>`,
  },
  {
    id: 'answers',
    title: 'What an answer means',
    text: `<p>Four systems are behind one answer, and any of them may be down. Three cases are never mixed up:</p>
<ul>
<li><strong>A value</strong>: asked, and this is what it said.</li>
<li><strong>null, or an empty list, with no error at that place</strong>: asked, and there is none.</li>
<li><strong>null with an error at that place</strong>: could not ask. It says nothing about what is there.</li>
</ul>
<p>One system’s silence never empties a page: all that is another system’s still answers. If the owner of something cannot be asked, its key alone still leads to the others: with tenancies down, <code>property(propertyReference: "00001017") { address repairs { items { description } } }</code> gives the repairs, and an error at <code>address</code>.</p>
<h3 id="provenance">Provenance</h3>
<p>Every read carries <a href="#Provenance"><code>provenance { system source asOf }</code></a>: which system said it, how Lintel came by it, and as of when. A list that one read filled has one for the whole list, so that an empty list can say how old it is. <code>Person.provenance</code> and <code>Property.provenance</code> are of the fields that the tenancies system owns.</p>
<ul>
<li><code>LIVE</code>: the system gave it for this request.</li>
<li><code>SNAPSHOT</code>: kept from an earlier answer, because the system could not be asked or was too slow. Show <code>asOf</code> beside it: it was so then, and perhaps no longer is.${keeps ? '' : ' This Lintel keeps nothing, so that every answer here is live.'}</li>
</ul>
<p><code>extensions.continuity</code> of a response says the same for each system that it touched: its state, the worst source and the oldest time.</p>
<div class="later"><p><strong>To come:</strong> <code>RESTORED_COPY</code> (the system answers out of a restored backup). A client that shows <code>asOf</code> wherever <code>source</code> is not <code>LIVE</code> is ready for it.</p></div>`,
  },
  {
    id: 'writing',
    title: 'How to write',
    text: `<p>${
      keeps
        ? 'A write is on a disk here before it is answered, whether its system is up or down.'
        : 'This Lintel keeps nothing, so nothing can be written through it: every mutation of a system is answered <code>STORE_DOWN</code>.'
    } If its system can take it, one attempt follows at once; else it waits and is sent when the system is back, in the order of acceptance among what is about the same home, person or offer. It is applied once.</p>
<p>Every mutation takes an <code>idempotencyKey</code> of your choice. Sent again with the same key and the same content it gives the same receipt, however often: make the key when the form is opened, not when it is sent.</p>
<h3 id="receipts">Receipts</h3>
<p>What comes back is a <a href="#Receipt"><code>receipt</code></a>: an <code>id</code> to ask about later with <code>receipt(id:)</code> or to subscribe to with <code>receiptChanged</code>, a <code>message</code> that can be read out to the resident, the statutory <code>deadlines</code> that run from now, and a <code>state</code>:</p>
<ul>
<li><code>APPLIED</code>: the system has it. <code>QUEUED</code>, <code>SENDING</code>: it is kept until then.</li>
<li><code>REFUSED</code>: the system, or a rule, says no; the message says why. It will not be tried again.</li>
<li><code>AMBIGUOUS</code>: it was sent and no answer came. It is looked after; do not send it again under another key.</li>
<li><code>PARKED</code>, <code>LOST</code>: a person looks at it. <code>CANCELLED</code>, <code>SETTLED</code>: it is over.</li>
</ul>
<p>Until a system has it, a write has no reference there. It is shown as <a href="#PendingWrite"><code>pending</code></a> beside what is recorded, with <code>provenance.source</code> <code>INTAKE</code>, never as a record; and what follows on it (a visit, its completion) names the <code>receipt</code> instead of a reference.</p>
<h3 id="own-records">What no system has</h3>
<p>Hazards with their deadlines, questions about moves, call-backs, welfare campaigns and who sees to an emergency are Lintel’s own records: they are there whatever is down.</p>`,
  },
  {
    id: 'errors',
    title: 'Errors',
    text: `<p>Where a system could not be asked, <code>data</code> holds what the others said, and <code>errors</code> says the rest. One failed call is one error, however many fields it empties: <code>path</code> is the first of them, <code>affected</code> their count, <code>affectedPaths</code> the first hundred.</p>
<pre tabindex="0" aria-label="An answer with an error"><code>${example}</code></pre>
<p>Go by <code>extensions.code</code>; the message is for people. <code>retryable</code> says whether the same request can succeed later without anybody changing it; <code>retryAfter</code> after how many seconds, and <code>since</code> since when the system is gone, where that is known. Nothing internal is ever told: no address, no header, no stack, nothing that the system wrote.</p>
<h3 id="errors-of-systems">Of a system</h3>
<p>These have <code>system</code> and <code>retryable</code>. The HTTP status is 200: the rest of the answer stands.</p>
${table(ofSystems)}
<h3 id="errors-of-requests">Of the request, or of Lintel</h3>
${table(ofRequests)}
<div class="later"><p><strong>To come</strong>, with what they speak of:</p>${table(toCome)}</div>`,
  },
  {
    id: 'freshness',
    title: 'How old an answer may be',
    text: `<p><strong>${
      keeps
        ? 'This Lintel keeps answers: where a system cannot be asked or is slow, the last good one is given, with its age.'
        : 'This Lintel keeps nothing: an answer is live, or an error.'
    }</strong> Whoever runs it decides that, by setting a store. A system that has failed several times in a row is not asked again until a probe in the background finds it back, so that its silence costs a page no time.</p>
<p>Where answers are kept, a request says in HTTP’s own words what it takes:</p>
<div class="scroll"><table><thead><tr><th scope="col">Request <code>Cache-Control</code></th><th scope="col">Means</th></tr></thead><tbody>
<tr><th scope="row">none</th><td>live if it comes soon, else what is kept, of any age</td></tr>
<tr><th scope="row"><code>no-cache</code></th><td>wait for live, and only then take what is kept; browsers send this on reload</td></tr>
<tr><th scope="row"><code>no-cache, stale-if-error=0</code></th><td>live, or an error</td></tr>
<tr><th scope="row"><code>max-stale=3600</code></th><td>what is kept, but no older than an hour</td></tr>
<tr><th scope="row"><code>only-if-cached</code></th><td>what is kept; no system is asked</td></tr>
<tr><th scope="row"><code>only-if-cached, max-stale=60</code></th><td>what is kept, but no older than a minute; no system is asked</td></tr>
</tbody></table></div>
<p><code>max-age</code> and <code>min-fresh</code> mean nothing here: a system is asked whenever it may be, and equal questions share one call. Some things are never given as they once were, because they would mislead: times that can be booked, who waits on a line, calls going on. While their system cannot be asked, there is an error.</p>
<p>Where what is kept is older than the request takes, the error is <a href="#error-STALER_THAN_ASKED"><code>STALER_THAN_ASKED</code></a>. Where nothing is kept, the error says why the system could not be asked.</p>
<p>Responses have <code>Cache-Control: private, no-store</code>: they hold personal data, and no cache on the way may keep them.</p>`,
  },
];
