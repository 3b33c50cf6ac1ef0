// What a request asks for; of its host nothing is believed.

/** An address as a URL. */
export function addressOf({ url = '/' }: { url?: string | undefined }): URL {
  return new URL(url, 'http://localhost');
}
