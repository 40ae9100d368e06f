/** An address that may be shown: its parameters tell what was asked for, and some of them may hold what nobody should see. */

const SECRET_NAME = /token|secret|password|auth|api_?key/i;

/** `callback` and its like may carry user, password and query; their origin is enough to diagnose. */
export function safeUrl(address: string): string {
  if (!URL.canParse(address)) return '[no address]';
  const url = new URL(address);
  url.username = '';
  url.password = '';
  const shown = Array.from(url.searchParams, ([name, value]) => [name, safeValue(name, value)]);
  url.search = new URLSearchParams(shown).toString();
  return url.href;
}

function safeValue(name: string, value: string): string {
  if (SECRET_NAME.test(name)) return '[secret]';
  const isAddress = /^\w+:\/\//.test(value) && URL.canParse(value);
  return isAddress ? new URL(value).origin : value;
}
