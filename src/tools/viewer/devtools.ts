/**
 * A floating button for apps in development: it opens the viewer of any session of the page. Bundlers take this file under the
 * condition `development`, and `devtools-off.ts` in production.
 */
import { isObservable } from 'rxjs';
import { leafState } from '../../connection/index.ts';
import type { LiveTranscription } from '../../index.ts';
import type { Devtools, DevtoolsOptions, DevtoolsSessions } from './devtools-options.ts';
import { html, set, write } from './dom.ts';
import { mountViewer } from './mount.ts';
import { DEVTOOLS_STYLE } from './style/devtools.ts';
import { kindOf } from './words.ts';

export type { Devtools, DevtoolsOptions, DevtoolsSessions };

const CORNERS = ['bottom-right', 'bottom-left', 'top-left', 'top-right'] as const;
type Corner = (typeof CORNERS)[number];

/** Under which the browser remembers where the button stands, and whether the panel is open. */
const STORAGE_KEY = 'rx-deepgram-devtools';

/** Farther than a hand that clicks. */
const DRAG_PX = 6;

/** One panel for each page. */
let panel: Panel | undefined;

/** Sessions of one call, the oldest of which give way. */
const MAX_SESSIONS = 10;

/**
 * Shows a floating button, which opens the viewer. All sessions of a page share one button: call it for each, or once with an observable of
 * sessions. Nothing is shown in production.
 *
 * @returns removes the sessions again, and with the last one the button.
 *
 * @example
 * ```ts
 * mountDevtools(live);
 * ```
 */
export function mountDevtools(sessions: DevtoolsSessions, options: DevtoolsOptions = {}): Devtools {
  const mounted: Devtools[] = [];
  const add = (live: LiveTranscription | undefined) => {
    if (!live) return;
    panel ??= openPanel(() => (panel = undefined));
    mounted.push(panel.add(live, options));
    if (mounted.length > MAX_SESSIONS) mounted.shift()?.unmount();
  };
  const subscription = isObservable(sessions) ? sessions.subscribe(add) : undefined;
  if (!isObservable(sessions)) add(sessions);
  return {
    note: (text) => mounted.at(-1)?.note(text),
    unmount: () => {
      subscription?.unsubscribe();
      for (const each of mounted.splice(0)) each.unmount();
    },
  };
}

interface Panel {
  add(live: LiveTranscription, options: DevtoolsOptions): Devtools;
}

interface Shown {
  /** Holds the viewer; hidden unless the session is chosen. */
  place: HTMLElement;
  option: HTMLOptionElement;
  name: string;
  live: LiveTranscription;
}

function openPanel(closed: () => void): Panel {
  const host = html('div', { class: 'rx-deepgram-devtools' });
  const root = host.attachShadow({ mode: 'open' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(DEVTOOLS_STYLE);
  root.adoptedStyleSheets = [sheet];

  const label = html('span', {});
  const button = html('button', { type: 'button', class: 'open', 'aria-expanded': 'false' }, label);
  const choice = html('select', { 'aria-label': 'Session' });
  const close = html('button', { type: 'button' }, 'Close');
  const head = html('header', {}, html('h2', { id: 'title' }, 'rx-deepgram'), choice, close);
  const body = html('div', { class: 'body', tabindex: 0, role: 'group', 'aria-labelledby': 'title' });
  const dialog = html(
    'section',
    { class: 'panel', role: 'dialog', 'aria-labelledby': 'title', hidden: '' },
    head,
    body,
  );
  root.append(dialog, button);
  document.body.append(host);

  const sessions: Shown[] = [];
  let chosen: Shown | undefined;
  let count = 0;
  const remembered = remember();
  let { corner } = remembered;

  const stand = (where: Corner) => {
    corner = where;
    set(host, { 'data-corner': corner });
  };
  const open = (isOpen: boolean) => {
    dialog.hidden = !isOpen;
    set(button, { 'aria-expanded': String(isOpen) });
    keep({ corner, isOpen });
  };
  const choose = (session: Shown | undefined) => {
    chosen = session;
    for (const { place } of sessions) place.hidden = place !== session?.place;
    if (session) session.option.selected = true;
    tell();
  };
  const tell = () => {
    for (const { option, name, live } of sessions) write(option, `${name}: ${stateOf(live)}`);
    const state = chosen ? stateOf(chosen.live) : '';
    write(label, `Deepgram: ${state}`);
    set(button, { 'data-kind': kindOf(state) });
  };

  choice.addEventListener('change', () => choose(sessions[choice.selectedIndex]));
  close.addEventListener('click', () => {
    open(false);
    button.focus();
  });
  root.addEventListener('keydown', (event) => {
    if ((event as KeyboardEvent).key !== 'Escape' || dialog.hidden) return;
    open(false);
    button.focus();
  });
  makeMovable(button, {
    press: () => open(button.getAttribute('aria-expanded') === 'false'),
    drop: (x, y) => {
      const vertical = y < window.innerHeight / 2 ? 'top' : 'bottom';
      stand(`${vertical}-${x < window.innerWidth / 2 ? 'left' : 'right'}`);
      keep({ corner, isOpen: !dialog.hidden });
    },
    turn: () => {
      stand(CORNERS[(CORNERS.indexOf(corner) + 1) % CORNERS.length] ?? corner);
      keep({ corner, isOpen: !dialog.hidden });
    },
  });
  stand(corner);
  open(remembered.isOpen);

  return {
    add: (live, { name, ...options }) => {
      count += 1;
      const place = html('div', {});
      const option = html('option', {});
      const session = { place, option, live, name: name ?? `Session ${count}` };
      sessions.push(session);
      choice.append(option);
      body.append(place);
      const viewer = mountViewer(place, live, options);
      choose(session);
      const watching = live.status$.subscribe(tell);
      let isMounted = true;
      return {
        note: (text) => viewer.note(text),
        unmount: () => {
          if (!isMounted) return;
          isMounted = false;
          watching.unsubscribe();
          viewer.unmount();
          place.remove();
          option.remove();
          sessions.splice(sessions.indexOf(session), 1);
          if (chosen === session) choose(sessions.at(-1));
          if (sessions.length > 0) return;
          host.remove();
          closed();
        },
      };
    },
  };
}

function stateOf(live: LiveTranscription): string {
  return leafState(live.actor.getSnapshot().value);
}

interface Moves {
  press: () => void;
  drop: (x: number, y: number) => void;
  /** By keyboard: to the next corner. */
  turn: () => void;
}

/** A button that can be dragged, and moved with Shift and an arrow key. */
function makeMovable(button: HTMLButtonElement, { press, drop, turn }: Moves): void {
  let from: { x: number; y: number } | undefined;
  let isDragged = false;
  button.addEventListener('pointerdown', ({ clientX: x, clientY: y, pointerId }) => {
    from = { x, y };
    isDragged = false;
    button.setPointerCapture(pointerId);
  });
  button.addEventListener('pointermove', ({ clientX, clientY }) => {
    if (!from) return;
    const [x, y] = [clientX - from.x, clientY - from.y];
    isDragged ||= Math.hypot(x, y) > DRAG_PX;
    if (isDragged) button.style.translate = `${x}px ${y}px`;
  });
  const end = ({ clientX, clientY }: PointerEvent) => {
    if (isDragged) drop(clientX, clientY);
    button.style.translate = '';
    from = undefined;
  };
  button.addEventListener('pointerup', end);
  button.addEventListener('pointercancel', end);
  button.addEventListener('click', () => {
    if (!isDragged) press();
    isDragged = false;
  });
  button.addEventListener('keydown', ({ key, shiftKey }) => {
    if (shiftKey && key.startsWith('Arrow')) turn();
  });
}

interface Memory {
  corner: Corner;
  isOpen: boolean;
}

/** The stored place may have any value; without storage the default is used. */
function remember(): Memory {
  const known: Partial<Memory> = {};
  try {
    Object.assign(known, JSON.parse(localStorage.getItem(STORAGE_KEY) ?? '{}'));
  } catch {
    // Storage is refused, or holds something else.
  }
  const corner = CORNERS.find((each) => each === known.corner) ?? CORNERS[0];
  return { corner, isOpen: known.isOpen === true };
}

function keep(memory: Memory): void {
  try {
    localStorage.setItem(STORAGE_KEY, JSON.stringify(memory));
  } catch {
    // Then it is forgotten with the page.
  }
}
