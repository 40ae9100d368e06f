/** The address of the server, checked. */
import { invalidOption, shown } from '../errors.ts';

const HOSTED = /^\w+:\/\/([\w-]+\.)*deepgram\.com(:\d+)?(\/|$)/i;

/** Scheme, host and path; no user, password, query or fragment. */
const PLAIN_ADDRESS = /^(\w+):\/\/([^\s/?#@\\]+)(\/[^\s?#\\]*)?$/;

/** Shows the value only if it can contain no secret. Uses only the parts of `URL` that React Native has. */
export function checkBaseUrl(baseUrl: string): string {
  const [, scheme = '', host, path = ''] = (isAddress(baseUrl) && PLAIN_ADDRESS.exec(baseUrl)) || [];
  if (host && /^(ws|http)s?$/i.test(scheme) && !/\/listen\/?$/.test(path)) {
    const checked = `${scheme.toLowerCase().replace('http', 'ws')}://${host}${path.replace(/\/+$/, '')}`;
    // The app's own text, which all its sessions share, not a copy for each.
    return checked === baseUrl ? baseUrl : checked;
  }
  throw invalidOption(
    `baseUrl ${host ? `is ${shown(baseUrl)}` : 'is no plain address'}.`,
    "Write scheme and host, such as 'wss://api.eu.deepgram.com', without /v1/listen; secrets belong into auth.",
  );
}

/** React Native accepts any text as an address. */
function isAddress(text: string): boolean {
  try {
    return Boolean(new URL(text));
  } catch {
    return false;
  }
}

/** Deepgram's own servers. */
export function isHosted(baseUrl: string): boolean {
  return HOSTED.test(baseUrl);
}
