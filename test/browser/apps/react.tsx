import { createRoot } from 'react-dom/client';
import { App } from '../../../docs/examples/react/src/app.tsx';
import { microphone, options } from './setting.ts';

createRoot(document.getElementById('root') as HTMLElement).render(
  <App options={options} microphone={microphone} cut={() => fetch('/cut', { method: 'POST' })} />,
);
