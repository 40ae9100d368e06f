/** The name of the package, above each page. */
import { html } from '../dom.ts';

export const heading = (): HTMLElement => html('h1', {}, 'rx-', html('b', {}, 'deepgram'));
