// What came of looking at a backend, in words for whoever can mend it: what was found, and what to do about it.
import { type Check, checkLimitMs } from '../../subgraphs/continuity/check.ts';
import type { BackendDefinition, Connection } from '../../subgraphs/continuity/definition.ts';
import type { BackendVariables } from '../config.ts';

/** What was looked at. */
export interface Looked {
  connection: Connection;
  names: BackendVariables;
  credentials: BackendDefinition['credentials'];
  /** How long a reader waits for it, in ms. */
  waitMs: number;
}

/** What was found, in a sentence, and what to do where that is not as it should be. */
export interface Diagnosis {
  finding: string;
  fix?: string;
}

/** Puts a look into words. */
export function diagnose(check: Check, looked: Looked): Diagnosis {
  const { message = '' } = check;
  const { url, user, password, apiKey } = looked.names;
  switch (check.outcome) {
    case 'OK':
      if (check.tookMs <= looked.waitMs) return { finding: `It answers and lets us in, in ${check.tookMs} ms.` };
      return {
        finding: `It answers and lets us in, but took ${check.tookMs} ms.`,
        fix: `Readers wait ${looked.waitMs} ms. Look again; if it stays so slow, its owner has to look.`,
      };
    case 'UNREACHABLE':
      return unreachable(check.code ?? 'unknown', looked);
    case 'UNAVAILABLE':
      return {
        finding: `It says itself that it is down (${message}).`,
        fix: 'Wait for the end of its maintenance or overnight batch, or ask its owner.',
      };
    case 'TIMEOUT':
      return {
        finding: `It takes the connection, and gives no answer (${message || `${checkLimitMs} ms`}).`,
        fix: `It hangs, or ${url} leads to something that is not it. Ask its owner.`,
      };
    case 'FAULT':
      return {
        finding: `It answers that it failed (${message}).`,
        fix: /\b404\b/.test(message)
          ? `There is nothing at that address: see whether the path in ${url} is right.`
          : `Ask its owner. If it works for others, see whether ${url} leads to the right one.`,
      };
    case 'GARBLED':
      return {
        finding: `Something answers, but not in its language (${message}).`,
        fix: `See whether ${url} leads to it, and whether a proxy or a login page stands in front of it.`,
      };
    case 'CREDENTIALS': {
      const wanted = looked.credentials === 'API_KEY' ? [apiKey] : [user, password];
      const { connection } = looked;
      const missing = looked.credentials === 'API_KEY' ? !connection.apiKey : !connection.user || !connection.password;
      return {
        finding: `It does not let us in (${message}). Tried once; nothing more was sent.`,
        fix: `${missing ? 'Set' : 'See whether it is right what is in'} ${wanted.join(' and ')}. Each refused try counts: six lock such an account.`,
      };
    }
    case 'BUSY':
      return { finding: `It is up, and allows no more calls just now (${message}).`, fix: 'Look again in a minute.' };
    case 'LOCKED':
    case 'REFUSAL':
      return {
        finding: `It lets us in, and refuses to be asked (${message}).`,
        fix: 'The account lacks the right to read: ask its owner.',
      };
    case 'ABANDONED':
    case 'ISOLATED':
      return { finding: 'It was not waited for.', fix: 'Look again.' };
  }
}

/** Why no answer came, by what the operating system or TLS calls it. */
function unreachable(code: string, { connection, names: { url } }: Looked): Diagnosis {
  const { host, hostname } = new URL(connection.url);
  if (code === 'ENOTFOUND') {
    return { finding: `No machine is called ${hostname} (DNS).`, fix: `See whether the name in ${url} is right.` };
  }
  if (code === 'EAI_AGAIN') {
    return { finding: `Nobody could be asked where ${hostname} is.`, fix: "See to this machine's DNS." };
  }
  if (code === 'ECONNREFUSED') {
    return {
      finding: `Nothing listens at ${host}.`,
      fix: `See whether it is started, and whether the port in ${url} is right.`,
    };
  }
  if (['UND_ERR_CONNECT_TIMEOUT', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'].includes(code)) {
    return {
      finding: `No connection to ${host} comes about (${code}).`,
      fix: `A firewall or the network is in the way, or ${url} has the wrong address.`,
    };
  }
  if (/CERT|SELF_SIGNED|ALTNAME|ISSUER/.test(code)) {
    return {
      finding: `The certificate of ${host} is not to be trusted (${code}).`,
      fix: `Use the name in ${url} that is on the certificate; for an issuer of your own, set NODE_EXTRA_CA_CERTS to its file.`,
    };
  }
  if (/SSL|TLS|EPROTO/.test(code)) {
    return {
      finding: `${host} does not speak TLS as it should (${code}).`,
      fix: `If it speaks plain HTTP, ${url} must begin with http://.`,
    };
  }
  return {
    finding: `${host} takes the connection and breaks it (${code}).`,
    fix: `If it speaks TLS, ${url} must begin with https://. Otherwise ask its owner.`,
  };
}
