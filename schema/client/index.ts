// What an application imports: the client, the shape of its answers, and the types of operations.
export { type Answer, type PathOf, whyNull } from './answer.ts';
export { type Client, type ClientOptions, createClient, type RequestOptions } from './client.ts';
export type { TypedDocument, TypedDocumentString } from './document.ts';
export type { InputError, LintelError, NoAnswer, RequestError, SystemError, UnknownError } from './errors.ts';
export type { Retry } from './retries.ts';
