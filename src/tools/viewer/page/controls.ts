/** The buttons above the viewer, with their keys. */
import { html, set, write } from '../dom.ts';

export interface Control {
  readonly button: HTMLButtonElement;
  /** A single character, pressed without any other key. */
  readonly key: string;
  /** Why pressing it would do nothing now; empty where it does something. Such a button keeps the focus, and says so when pressed. */
  reason: string;
}

export function control(
  key: string,
  label: string,
  hint: string,
  act: () => void,
  say: (text: string) => void,
): Control {
  let reason = '';
  const button = html(
    'button',
    { type: 'button', title: hint, 'aria-keyshortcuts': key },
    html('kbd', { 'aria-hidden': 'true' }, key),
    html('span', {}, label),
  );
  button.addEventListener('click', () => (reason === '' ? act() : say(reason)));
  return {
    button,
    key,
    get reason() {
      return reason;
    },
    set reason(text) {
      reason = text;
      set(button, { 'aria-disabled': String(text !== ''), title: text || hint });
    },
  };
}

/** The last child of a control's button. */
export function relabel({ button }: Control, label: string): void {
  if (button.lastElementChild) write(button.lastElementChild, label);
}

/**
 * Single keys press buttons unless switched off, for users of speech input and for accidental keystrokes (WCAG 2.1.4).
 */
export function keysFor(controls: readonly Control[]): HTMLElement {
  const box = html('input', { type: 'checkbox', id: 'keys', checked: '' });
  document.addEventListener('keydown', (event) => {
    const { key, altKey, ctrlKey, metaKey, repeat } = event;
    // The viewer's shadow root hides the element itself.
    const [target] = event.composedPath();
    const isTyping = target instanceof HTMLInputElement && target.type !== 'checkbox';
    if (!box.checked || altKey || ctrlKey || metaKey || repeat || isTyping) return;
    const pressed = controls.find((each) => each.key === key.toLowerCase());
    pressed?.button.click();
  });
  return html('label', { class: 'keys', title: 'Whether single keys press these buttons' }, box, 'keys');
}

const SCHEMES = ['light dark', 'light', 'dark'] as const;
const SCHEME_NAMES = { 'light dark': 'System', light: 'Light', dark: 'Dark' } as const;

/** The system's colour scheme, light, or dark. */
export function schemeChoice(): HTMLElement {
  const choice = html('select', { 'aria-label': 'Colours' });
  for (const scheme of SCHEMES) choice.append(html('option', { value: scheme }, SCHEME_NAMES[scheme]));
  choice.addEventListener('change', () => {
    document.documentElement.style.colorScheme = choice.value;
  });
  return choice;
}
