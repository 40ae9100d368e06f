/** The port to the platform's events about network and page: hints that shorten a wait, or announce a frozen page. */

/** Reports changes by these functions, until the returned function is called. */
export type Environment = (hints: {
  /** The platform reports that it is online again. */
  online: () => void;
  /** The platform reports that it is offline. */
  offline: () => void;
  /** From now on no code of the page runs, for a while or for ever. */
  frozen: () => void;
}) => () => void;

/**
 * The events of browsers and workers; elsewhere there are none. A page is frozen in the background to save energy, or while it is
 * kept for the back button, where not every browser sends `freeze`. The end of the freeze needs no event: timers run again.
 */
export function environmentOf(platform: Partial<Pick<EventTarget, 'addEventListener'>>): Environment {
  if (!platform.addEventListener) return nothingHappens;
  return ({ online, offline, frozen }) => {
    const over = new AbortController();
    // Chromium's `freeze` does not bubble up from the document. Without a document, as in workerd, a capturing listener may be
    // refused.
    const options = { capture: 'document' in platform, signal: over.signal };
    for (const [name, hint] of Object.entries({ online, offline, freeze: frozen, pagehide: frozen })) {
      platform.addEventListener?.(name, hint, options);
    }
    return () => over.abort();
  };
}

const nothing = () => undefined;
const nothingHappens: Environment = () => nothing;
