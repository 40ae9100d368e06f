import '@angular/compiler';
import { bootstrapApplication } from '@angular/platform-browser';
import { App, SETTING } from '../../../docs/examples/angular/src/app.ts';
import { microphone, options } from './setting.ts';

const useValue = { options, microphone, cut: () => fetch('/cut', { method: 'POST' }) };
await bootstrapApplication(App, { providers: [{ provide: SETTING, useValue }] });
