/** Where a script for another thread is loaded from: an address of the user's, or one made of its text. */

export interface ScriptUrl {
  url: string;
  /** To be called when the script is loaded, or will not be. */
  release: () => void;
}

export function scriptUrl(given: string | URL | undefined, text: string): ScriptUrl {
  if (given !== undefined) return { url: String(given), release: () => {} };
  const url = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
  return { url, release: () => URL.revokeObjectURL(url) };
}
