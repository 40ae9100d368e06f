/** The page of a recording that was named on the command line. */
import { html } from '../dom.ts';
import { openFrame } from '../frame.ts';
import { openButton, openFile, showRecording } from '../recordings.ts';
import { schemeChoice } from './controls.ts';
import { heading } from './heading.ts';

export function openFlight(page: HTMLElement, recording: { name: string; text: string }): void {
  const place = html('main', {});
  page.append(html('header', {}, heading(), html('div', { class: 'controls' }, schemeChoice())), place);
  const open = (file: File) => void openFile(frame, file, tools);
  const frame = openFrame(place, open);
  const tools = [openButton('Open another', open)];
  showRecording(frame, recording, tools);
}
