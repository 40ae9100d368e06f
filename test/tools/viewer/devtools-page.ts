/** A page of an app with the devtools, for development and for production. */
import { BehaviorSubject } from 'rxjs';
import { mountDevtools } from 'rx-deepgram/devtools';
import { createLiveTranscription } from '../../../src/index.ts';

const begin = (name?: string) => {
  const live = createLiveTranscription({ auth: { accessToken: 'any' } });
  return mountDevtools(live, name === undefined ? {} : { name });
};

/** Sessions of a binding: none at first, then one after the other. */
const beginMany = (count: number) => {
  const sessions$ = new BehaviorSubject<ReturnType<typeof createLiveTranscription> | undefined>(undefined);
  const devtools = mountDevtools(sessions$);
  for (let i = 0; i < count; i += 1)
    sessions$.next(createLiveTranscription({ auth: { accessToken: 'any' } }));
  return devtools;
};

Object.assign(globalThis, { devtoolsPage: { begin, beginMany } });

/** What the test finds in the page. */
export interface DevtoolsPage {
  begin: typeof begin;
  beginMany: typeof beginMany;
}
