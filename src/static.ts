/**
 * Includes the code that is otherwise loaded by `import()`, for platforms that refuse `import()`, such as service workers:
 * `import 'rx-deepgram/static'` before the first session.
 */
import { provideLinks } from '#links';
import * as framings from './audio/container-framing.ts';
import { provideFramings } from './audio/framings.ts';
import { provideConfigure } from './client/configure.ts';
import * as configureRequests from './client/configure-requests.ts';
import { provideFlux } from './client/flux.ts';
import * as fluxCode from './client/flux-code.ts';
import * as links from './client/links.ts';
import { provideDiagnosis } from './diagnosis/diagnose.ts';
import * as monitor from './diagnosis/monitor.ts';
import * as pull from './client/pull.ts';
import { providePull } from './client/transcribe.ts';

provideLinks(links);
provideFramings(framings);
provideDiagnosis(monitor);
provideConfigure(configureRequests);
provideFlux(fluxCode);
providePull(pull);
