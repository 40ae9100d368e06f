/** What the platform believes about its network: a hint that shortens a wait, never a proof. */

/** Tells of changes until the answer is called. */
export type NetworkWatch = (listener: { online: () => void; offline: () => void }) => () => void;

/** The `online` and `offline` events of browsers and workers; elsewhere there are none. */
export const watchNetwork: NetworkWatch = ({ online, offline }) => {
  const target = globalThis as Partial<Pick<EventTarget, 'addEventListener' | 'removeEventListener'>>;
  target.addEventListener?.('online', online);
  target.addEventListener?.('offline', offline);
  return () => {
    target.removeEventListener?.('online', online);
    target.removeEventListener?.('offline', offline);
  };
};
