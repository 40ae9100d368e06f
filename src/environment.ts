/** The port to what the platform says about the network and the page: hints that shorten a wait, or come before a silence. */

/** Tells of changes, each by one of these functions, until the function that it returns is called. */
export type Environment = (hints: {
  /** The platform believes to be online again. */
  online: () => void;
  /** The platform believes to be offline. */
  offline: () => void;
  /** From now on nothing of the page runs: for a while, or for ever. */
  frozen: () => void;
}) => () => void;

/**
 * The events of browsers and workers; elsewhere there are none. A page is frozen in the background, to save energy, or while it is
 * kept for the back button, for which not every browser says `freeze`. That it goes on again needs no event: its timers do.
 */
export function environmentOf(platform: Partial<Pick<EventTarget, 'addEventListener'>>): Environment {
  return ({ online, offline, frozen }) => {
    const over = new AbortController();
    // Chromium's `freeze` does not bubble up from the document. Where there is none, capturing may be refused, as in workerd.
    const options = { capture: 'document' in platform, signal: over.signal };
    for (const [name, hint] of Object.entries({ online, offline, freeze: frozen, pagehide: frozen })) {
      platform.addEventListener?.(name, hint, options);
    }
    return () => over.abort();
  };
}
