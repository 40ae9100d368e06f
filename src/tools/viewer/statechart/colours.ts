/** The colours of the picture and of everything beside it: light and dark of each, told apart by shade as well as by hue. */
export const COLOURS: Record<string, readonly [light: string, dark: string]> = {
  paper: ['#ffffff', '#0d1117'],
  edge: ['#d8dee6', '#30363d'],
  ink: ['#1b2430', '#e6edf3'],
  muted: ['#5c6877', '#9aa6b4'],
  'resting-fill': ['#f1f3f6', '#1c222b'],
  'resting-line': ['#8a96a5', '#6f7b8a'],
  'opening-fill': ['#e8f0ff', '#12233f'],
  'opening-line': ['#3d7be0', '#5b9bff'],
  'live-fill': ['#e3f7ec', '#0f2c20'],
  'live-line': ['#169a61', '#35c98a'],
  'waiting-fill': ['#fff3db', '#33260c'],
  'waiting-line': ['#c98206', '#e3a93c'],
  'closed-fill': ['#eceff3', '#222a34'],
  'closed-line': ['#4d5a6a', '#b0bccb'],
  'failed-fill': ['#fde9e7', '#3a1614'],
  'failed-line': ['#cf3a30', '#f47067'],
  'frame-fill': ['#f7faf9', '#10171c'],
  'frame-line': ['#9fc3b3', '#2f5546'],
  'fork-fill': ['#f6f3fd', '#211b33'],
  'fork-line': ['#8b6fd4', '#a78bfa'],
};

/** The colour of each kind of arrow. */
export const TONES = {
  start: 'ink',
  open: 'opening-line',
  live: 'live-line',
  lost: 'waiting-line',
  fail: 'failed-line',
  end: 'closed-line',
};
