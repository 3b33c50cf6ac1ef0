// Why an HTTP request is not taken, with the status that says so. Knows no request.

/** Thrown where a request is no GraphQL request, or not one that is taken. `message` is for whoever sent it. */
export class Refusal extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Of the error contract. */
  readonly code: string;

  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}, code = 'BAD_REQUEST') {
    super(message);
    this.name = 'Refusal';
    this.status = status;
    this.headers = headers;
    this.code = code;
  }
}

/** What is told in GraphQL's form of a request that was not taken. */
export function resultOf({ message, code }: Refusal): { errors: { message: string; extensions: { code: string } }[] } {
  return { errors: [{ message, extensions: { code } }] };
}
