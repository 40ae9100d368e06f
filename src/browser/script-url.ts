/** The address of a thread's script: given by the user, or a `blob:` address made from its text. */

export interface ScriptUrl {
  url: string;
  /** Call it when the script has loaded or failed. */
  release: () => void;
}

export function scriptUrl(given: string | URL | undefined, text: string): ScriptUrl {
  if (given !== undefined) return { url: String(given), release: () => {} };
  const url = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
  return { url, release: () => URL.revokeObjectURL(url) };
}
