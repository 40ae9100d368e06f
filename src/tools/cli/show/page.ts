/** The HTML of the page and its Content-Security-Policy. Everything else is in the bundle of `src/tools/viewer/page`. */

export const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>rx-deepgram: the machine at work</title>
<link rel="icon" href="/icon.svg" type="image/svg+xml">
<script type="module" src="/page.js"></script>
</head>
<body><noscript>This page needs JavaScript: the client that it shows runs in it.</noscript></body>
</html>
`;

export const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
<rect width="32" height="32" rx="8" fill="#0f2c20"/>
<path d="M5 16h4l3-8 4 16 4-12 2 4h5" fill="none" stroke="#35c98a" stroke-width="2.6" stroke-linecap="round" stroke-linejoin="round"/>
</svg>
`;

/**
 * Only scripts of this server run, and the only other address is that of the transcription. No inline script or style, no frame
 * around the page, no form.
 *
 * @param socketUrl The address of the session's WebSocket.
 */
export function headersFor(socketUrl?: string): Record<string, string> {
  const policy = {
    'default-src': "'none'",
    'script-src': "'self'",
    'connect-src': ["'self'", ...(socketUrl === undefined ? [] : [socketOf(socketUrl)])].join(' '),
    'img-src': "'self'",
    'base-uri': "'none'",
    'form-action': "'none'",
    'frame-ancestors': "'none'",
  };
  return {
    'content-security-policy': Object.entries(policy)
      .map((directive) => directive.join(' '))
      .join('; '),
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=(self)',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  };
}

function socketOf(url: string): string {
  const { protocol, host } = new URL(url);
  return `${protocol.replace('http', 'ws')}//${host}`;
}
