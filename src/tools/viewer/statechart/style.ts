/** The picture's style, without colours: these are custom properties, which a file and a page set differently. */
import { TONES } from './colours.ts';
import type { Kind } from './layout.ts';

const KINDS: Kind[] = ['resting', 'opening', 'live', 'waiting', 'closed', 'failed'];

const SANS = '-apple-system,BlinkMacSystemFont,"Segoe UI","Noto Sans",Helvetica,Arial,sans-serif';

export const STATECHART_STYLE = `text{font-family:${SANS};fill:var(--ink)}
.name,.title{font-size:19px;font-weight:650}
.name,.caption,.turned{text-anchor:middle}
.caption{font-size:14.5px;fill:var(--muted)}
.turned{font-size:16px}
.label{font-size:16px;paint-order:stroke;stroke:var(--paper);stroke-width:5px;stroke-linejoin:round}
.in .label{stroke:var(--frame-fill)}
.condition{font-style:italic;fill:var(--muted)}
.note{font-size:14px;fill:var(--muted)}
.box{stroke-width:1.8}
.edge{fill:none;stroke-width:1.9}
.frame{fill:var(--frame-fill);stroke:var(--frame-line);stroke-width:1.6}
.fork{fill:var(--fork-fill);stroke:var(--fork-line);stroke-width:1.6;stroke-dasharray:5 4}
${KINDS.map((kind) => `.${kind}{fill:var(--${kind}-fill);stroke:var(--${kind}-line)}`).join('\n')}
.box.rim{fill:none;stroke-width:1.2}
${Object.entries(TONES)
  .map(([tone, colour]) => `.${tone}{stroke:var(--${colour})}.${tone}-head{fill:var(--${colour})}`)
  .join('\n')}`;
