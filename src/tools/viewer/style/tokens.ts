/** Colours and type that the viewer and the page around it share. */
import { COLOURS } from '../statechart/colours.ts';

const colours = Object.entries(COLOURS)
  .map(([name, [light, dark]]) => `--${name}: light-dark(${light}, ${dark});`)
  .join('\n  ');

/** Custom properties for a selector; they follow its `color-scheme`. */
export const tokensFor = (selector: string): string => `
${selector} {
  ${colours}
  --ground: light-dark(#f4f6f9, #06090e);
  --raised: light-dark(#ffffff, #0d1117);
  --shade: light-dark(rgb(27 36 48 / 6%), rgb(0 0 0 / 45%));
  --ink-live: light-dark(#0c6b42, #4fd79b);
  --ink-lost: light-dark(#8a5a00, #e9b24c);
  --ink-failed: light-dark(#b02a21, #ff8d85);
  --ink-closed: light-dark(#1b2430, #ffffff);
  --ink-opening: light-dark(#1f5fc4, #7fb1ff);
  --sans: Inter, ui-sans-serif, system-ui, -apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif;
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", "JetBrains Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
}`;
