/** Creates elements. Text is never markup, since notices and transcripts come from outside. */

type Attributes = Readonly<Record<string, string | number>>;

export function html<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  set(element, attributes);
  element.append(...children);
  return element;
}

export function svg<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): SVGElementTagNameMap[Tag] {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  set(element, attributes);
  element.append(...children);
  return element;
}

/** Writes only changes: a written attribute is painted anew, whatever its value. */
export function set(element: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (element.getAttribute(name) !== String(value)) element.setAttribute(name, String(value));
  }
}

/** Writes only changes of a style property. */
export function style(element: HTMLElement, name: string, value: string): void {
  if (element.style.getPropertyValue(name) !== value) element.style.setProperty(name, value);
}

/** Writes only changes: screen readers and style engines process every write. */
export function write(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** A part of the viewer, with a heading and an optional legend. */
export function panel(name: string, title: string, children: readonly Node[], legend?: Node): HTMLElement {
  const head = html('div', { class: 'head' }, html('h2', {}, title), ...(legend ? [legend] : []));
  return html('section', { class: `panel ${name}`, 'aria-label': title }, head, ...children);
}
