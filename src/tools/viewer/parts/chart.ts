/** The statechart, drawn from the machine's own definition: the active state is lit, and transitions just taken glow. */
import { connectionMachine } from '../../../connection/index.ts';
import type { History } from '../history.ts';
import { html, panel, set, svg } from '../dom.ts';
import { EDGES } from '../statechart/arrows.ts';
import { graphOf } from '../statechart/graph.ts';
import { drawShapes } from '../statechart/shapes.ts';
import { kindOf } from '../words.ts';
import type { Part, Shown } from './part.ts';

/** The picture without legend and notes. */
const VIEW_BOX = '16 14 1170 724';

export function chartPart(history: History, shown: Shown): Part {
  const picture = svg('svg', { viewBox: VIEW_BOX, role: 'img' });
  // Our own markup, without data from outside.
  picture.innerHTML = drawShapes(graphOf(connectionMachine));
  const scroller = html('div', { class: 'scroller', tabindex: 0, role: 'group', 'aria-label': 'Statechart' });
  scroller.append(picture);
  const states = new Map(
    [...picture.querySelectorAll<SVGElement>('[data-state]')].map((each) => [each.dataset['state'], each]),
  );
  const arrows = EDGES.map((_, i) => [...picture.querySelectorAll<SVGElement>(`[data-edge="${i}"]`)]);
  let active: SVGElement | undefined;

  const enter = (state: string) => {
    if (active === states.get(state)) return;
    active?.removeAttribute('aria-current');
    active = states.get(state);
    active?.setAttribute('aria-current', 'true');
    picture.setAttribute('aria-label', `The connection machine. Active state: ${state}.`);
    scroller.dataset['kind'] = kindOf(state);
    if (active && scroller.scrollWidth > scroller.clientWidth) bringIntoView(scroller, active);
  };

  const light = (ids: readonly string[]) => {
    for (const id of ids) {
      EDGES.forEach(({ draws, carries }, i) => {
        if (!draws.includes(id) && !carries?.test(id)) return;
        for (const element of arrows[i] ?? []) {
          glow(element);
          if (element.localName === 'path') sendPulseAlong(element);
        }
      });
    }
  };
  /** Removes the glow of the state shown before. */
  const stand = () => enter(shown.moment?.entry?.to ?? history.stateAt(shown.moment?.atMs));

  let isFitted = false;
  stand();

  return {
    element: panel('chart', 'Statechart', [scroller]),
    draw: () => {
      // Measured once it is on the page, and the fonts are there.
      if (isFitted || picture.clientWidth === 0) return;
      isFitted = true;
      void document.fonts.ready.then(() => {
        fitTexts(picture);
        fitLabels(picture);
      });
    },
    travel: () => {
      stand();
      for (const each of picture.querySelectorAll('[data-glow]')) each.removeAttribute('data-glow');
      light(shown.moment?.entry?.took ?? []);
    },
    tell: (news) => {
      if (shown.moment) return;
      if (news.type === 'state') {
        if (active) glow(active);
        enter(news.span.state);
      }
      if (news.type === 'transitions') light(news.ids);
    },
  };
}

/** Space between a text and the sides of its box. */
const PADDING = 8;
const LABEL_GAP = 3;

/** The boxes are drawn for one font, and some fonts are wider: their texts are narrowed to the box. */
function fitTexts(picture: SVGElement): void {
  for (const box of picture.querySelectorAll<SVGGraphicsElement>(
    'rect.box:not(.rim), rect.fork, rect.frame',
  )) {
    const isTurned = box.getBBox().height > box.getBBox().width && box.classList.contains('fork');
    const room = (isTurned ? box.getBBox().height : box.getBBox().width) - 2 * PADDING;
    for (const text of textsOf(box)) {
      if (text.getComputedTextLength() > room)
        set(text, { textLength: room, lengthAdjust: 'spacingAndGlyphs' });
    }
  }
}

/** Labels of arrows end where a box begins. */
function fitLabels(picture: SVGElement): void {
  const boxes = [...picture.querySelectorAll<SVGGraphicsElement>('rect.box:not(.rim), rect.fork')].map(
    (box) => box.getBBox(),
  );
  for (const label of picture.querySelectorAll<SVGTextElement>('text.label')) {
    const { x, y, width, height } = label.getBBox();
    const overlaps = boxes.map((box) => {
      const isBeside = y + height < box.y || y > box.y + box.height;
      return isBeside ? 0 : Math.min(x + width, box.x + box.width) - Math.max(x, box.x) + LABEL_GAP;
    });
    const overlap = Math.max(0, ...overlaps);
    // A centred label shrinks on both sides.
    const less = label.getAttribute('text-anchor') === 'middle' ? 2 * overlap : overlap;
    if (overlap > 0) set(label, { textLength: width - less, lengthAdjust: 'spacingAndGlyphs' });
  }
}

/** The texts that follow a box in the markup are its own. */
function textsOf(box: Element): SVGTextElement[] {
  const texts: SVGTextElement[] = [];
  for (let each = box.nextElementSibling; each; each = each.nextElementSibling) {
    if (each instanceof SVGTextElement) texts.push(each);
    else if (!each.classList.contains('rim')) break;
  }
  return texts;
}

/** Restarts the glow by switching between two names: an animation of the same name would not restart. */
function glow(element: SVGElement): void {
  element.dataset['glow'] = element.dataset['glow'] === 'a' ? 'b' : 'a';
}

/** A spark that runs along the arrow once; hidden with reduced motion. */
function sendPulseAlong(path: SVGElement): void {
  const pulse = path.cloneNode() as SVGElement;
  for (const name of ['data-edge', 'data-glow', 'marker-end']) pulse.removeAttribute(name);
  pulse.classList.add('pulse');
  pulse.setAttribute('pathLength', '1');
  pulse.addEventListener('animationend', () => pulse.remove());
  path.after(pulse);
  // Without animation there is no end event.
  if (getComputedStyle(pulse).animationName === 'none') pulse.remove();
}

/** On a narrow screen the picture is wider than its container. */
function bringIntoView(scroller: HTMLElement, element: SVGElement): void {
  const place = scroller.getBoundingClientRect();
  const { left, width } = element.getBoundingClientRect();
  scroller.scrollBy({ left: left + width / 2 - place.left - place.width / 2 });
}
