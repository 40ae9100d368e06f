/** A page of an app with a style sheet for all elements, for `test/browser/driven/viewer.test.ts`. */
import { createLiveTranscription } from '../../../src/index.ts';
import { mountViewer, watchWire } from '../../../src/tools/viewer/index.ts';

const sheet = new CSSStyleSheet();
sheet.replaceSync(
  '* { color: rgb(255 0 0) !important; font: 60px serif !important; } section { display: none; }',
);
document.adoptedStyleSheets = [sheet];

const begin = (hasWire: boolean) => {
  const wire = watchWire();
  const live = createLiveTranscription({ auth: { accessToken: 'any' }, transport: wire.transport });
  return { live, viewer: mountViewer(document.body, live, hasWire ? { wire } : {}) };
};

Object.assign(globalThis, { ownPage: { begin } });

/** What the test finds in the page. */
export interface OwnPage {
  begin: typeof begin;
}
