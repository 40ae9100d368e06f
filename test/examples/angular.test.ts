// @vitest-environment jsdom
import '@angular/compiler';
import { TestBed } from '@angular/core/testing';
import { BrowserTestingModule, platformBrowserTesting } from '@angular/platform-browser/testing';
import { afterEach, beforeAll } from 'vitest';
import '../../docs/examples/angular/src/app.spec.ts';
import '../../docs/examples/angular/src/microphone.spec.ts';

beforeAll(() => {
  TestBed.initTestEnvironment(BrowserTestingModule, platformBrowserTesting());
});

// As `ng test` does of itself.
afterEach(() => {
  TestBed.resetTestingModule();
});
