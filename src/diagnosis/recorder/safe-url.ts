/** Removes secrets from an address. */

const SECRET_NAME = /token|secret|password|auth|api_?key/i;

/** Parameters such as `callback` may contain user, password and query; their origin is enough for diagnosis. */
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
