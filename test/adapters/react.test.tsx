// @vitest-environment jsdom
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { memo, type ReactNode, StrictMode, useEffect } from 'react';
import { hydrateRoot } from 'react-dom/client';
import { renderToString } from 'react-dom/server';
import type { Observable } from 'rxjs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  type LiveCaptions,
  LiveTranscriptionProvider,
  useLiveTranscription,
} from '../../src/adapters/react.ts';
import type { LiveTranscriptionOptions } from '../../src/index.ts';
import { Stage, textOf, wordsTo } from './stage.ts';

let stage: Stage;
beforeEach(() => {
  stage = new Stage();
  // By this, React knows that a test decides when it works.
  (globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;
});
afterEach(cleanup);

/** Lets time pass in pieces, since React renders at their ends. */
async function wait(seconds: number): Promise<void> {
  for (let passed = 0; passed < seconds; passed += 0.1) await act(() => stage.wait(0.1));
}

function App({ options }: { options: LiveTranscriptionOptions }): ReactNode {
  const { phase, isListening, finals, interims, error, start, pause, stop } = useLiveTranscription(options);
  return (
    <>
      <button onClick={() => start(stage.microphone$)}>start</button>
      <button onClick={pause}>pause</button>
      <button onClick={() => void stop()}>stop</button>
      <p role="status">{`${phase} ${isListening ? 'on' : 'off'}`}</p>
      <p data-testid="finals">{textOf(finals)}</p>
      <p data-testid="interims">{textOf(interims)}</p>
      {error && <p role="alert">{error.message}</p>}
    </>
  );
}

const click = (name: string) => fireEvent.click(screen.getByRole('button', { name }));
const status = () => screen.getByRole('status').textContent;
const finals = () => screen.getByTestId('finals').textContent;

describe('useLiveTranscription', () => {
  test('shows the words, from start to stop', async () => {
    render(<App options={stage.options} />);
    expect(status()).toBe('closed off');
    click('start');
    expect(status()).toBe('connecting on');
    await wait(5);
    expect(status()).toBe('open on');
    const interims: (string | null)[] = [];
    for (let step = 0; step < 50; step += 1) {
      await wait(0.1);
      interims.push(screen.getByTestId('interims').textContent);
    }
    expect(new Set(interims).size).toBeGreaterThan(4);
    click('stop');
    expect(status()).toBe('closing off');
    await wait(5);
    expect(status()).toBe('closed off');
    expect(finals()).toBe(wordsTo(finals().split(' ').length));
    expect(finals().split(' ').length).toBeGreaterThan(8);
  });

  test('shows a cut, and no word is missing afterwards', async () => {
    render(<App options={stage.options} />);
    click('start');
    await wait(5);
    stage.network.cut();
    await act(() => stage.wait(0));
    expect(status()).toBe('recovering on');
    await wait(10);
    click('stop');
    await wait(10);
    expect(finals()).toBe(wordsTo(finals().split(' ').length));
    expect(stage.network.links).toHaveLength(2);
  });

  test('Strict Mode opens one socket, and closes it', async () => {
    const { unmount } = render(
      <StrictMode>
        <App options={{ ...stage.options, connect: 'eager' }} />
      </StrictMode>,
    );
    await wait(1);
    expect(stage.network.links).toHaveLength(0);
    click('start');
    await wait(5);
    expect(stage.network.links).toHaveLength(1);
    expect(stage.microphonesOn).toBe(1);
    unmount();
    await wait(5);
    expect(stage.socketsOpen).toBe(0);
    expect(stage.microphonesOn).toBe(0);
  });

  test('in Strict Mode a child that starts the session in its own effect opens one socket', async () => {
    function Child() {
      const { start } = useLiveTranscription();
      useEffect(() => start(stage.microphone$), [start]);
      return null;
    }
    render(
      <StrictMode>
        <LiveTranscriptionProvider options={stage.options}>
          <Child />
        </LiveTranscriptionProvider>
      </StrictMode>,
    );
    await wait(5);
    expect(stage.network.links).toHaveLength(1);
    expect(stage.microphonesOn).toBe(1);
  });

  test('unmounting closes the socket, the microphone and every timer', async () => {
    const { unmount } = render(<App options={stage.options} />);
    click('start');
    await wait(5);
    unmount();
    expect(stage.microphonesOn).toBe(0);
    await wait(5);
    expect(stage.socketsOpen).toBe(0);
    expect(stage.clock.pendingTimers).toBe(0);
  });

  test('a session takes the options as they are when it starts', async () => {
    const auth = vi.fn<() => { apiKey: string }>(() => ({ apiKey: 'key' }));
    const { rerender } = render(<App options={stage.options} />);
    rerender(<App options={{ ...stage.options, auth }} />);
    click('start');
    await wait(1);
    expect(auth).toHaveBeenCalledOnce();
  });

  test('options that cannot work throw while rendering, so that an error boundary sees them', () => {
    const quiet = vi.spyOn(console, 'error').mockImplementation(() => {});
    expect(() => render(<App options={{ ...stage.options, keepAliveMs: 9_000 }} />)).toThrow(
      /keepAliveMs is 9000/,
    );
    quiet.mockRestore();
  });

  test('without options and without a provider the error names what is missing', () => {
    const quiet = vi.spyOn(console, 'error').mockImplementation(() => {});
    const Orphan = () => useLiveTranscription().phase;
    expect(() => render(<Orphan />)).toThrow(/<LiveTranscriptionProvider options=/);
    quiet.mockRestore();
  });
});

describe('rendering', () => {
  /** A component that reads what `read` reads, and counts. */
  function reader(read: (captions: LiveCaptions) => unknown) {
    const counted = { renders: 0, seen: [] as unknown[] };
    const Reader = memo(function Reader() {
      counted.renders += 1;
      counted.seen.push(read(useLiveTranscription()));
      return null;
    });
    return { counted, Reader };
  }

  test('renders a component only for values that it has read', async () => {
    let start!: (audio$: Observable<Uint8Array>) => void;
    const nothing = reader((captions) => ({ start } = captions));
    const phase = reader((captions) => captions.phase);
    const finals = reader((captions) => captions.finals);
    const ledger = reader(({ ledger }) => ledger);
    render(
      <LiveTranscriptionProvider options={stage.options}>
        <nothing.Reader />
        <phase.Reader />
        <finals.Reader />
        <ledger.Reader />
      </LiveTranscriptionProvider>,
    );
    act(() => start(stage.microphone$));
    await wait(30);
    expect(nothing.counted.renders).toBe(1);
    expect(phase.counted.seen).toEqual(['closed', 'connecting', 'open']);
    const { seen } = finals.counted;
    expect(seen.map((each) => (each as unknown[]).length)).toEqual(seen.map((_, index) => index));
    expect(seen.length).toBeGreaterThan(8);
    expect(ledger.counted.renders).toBeGreaterThan(100);
  });

  test('an event handler reads the present values, even if they were not rendered', async () => {
    let captions!: LiveCaptions;
    const { Reader } = reader((view) => (captions = view));
    render(
      <LiveTranscriptionProvider options={stage.options}>
        <Reader />
      </LiveTranscriptionProvider>,
    );
    expect(captions.phase).toBe('closed');
    act(() => {
      captions.start(stage.microphone$);
      // React has had no time to render.
      expect(captions.phase).toBe('connecting');
    });
    await wait(2);
    expect(captions.phase).toBe('open');
  });

  test('a change renders the components that read it, and not their parent', async () => {
    const { counted, Reader } = reader((captions) => captions.phase);
    let parents = 0;
    function Parent() {
      parents += 1;
      return (
        <LiveTranscriptionProvider options={stage.options}>
          <Reader />
          <Button />
        </LiveTranscriptionProvider>
      );
    }
    function Button() {
      const { start } = useLiveTranscription();
      return <button onClick={() => start(stage.microphone$)}>start</button>;
    }
    render(<Parent />);
    click('start');
    await wait(5);
    expect(counted.renders).toBe(3);
    expect(parents).toBe(1);
  });
});

describe('on a server', () => {
  test('renders the first state and opens nothing, and hydration finds no difference', async () => {
    const html = renderToString(<App options={{ ...stage.options, connect: 'eager' }} />);
    expect(html).toContain('closed off');
    expect(stage.network.links).toEqual([]);
    expect(stage.clock.pendingTimers).toBe(0);

    const container = document.createElement('div');
    container.innerHTML = html;
    document.body.append(container);
    const complaints: unknown[] = [];
    const root = await act(() =>
      Promise.resolve(
        hydrateRoot(container, <App options={stage.options} />, {
          onRecoverableError: (error) => complaints.push(error),
        }),
      ),
    );
    click('start');
    await wait(5);
    expect(status()).toBe('open on');
    expect(complaints).toEqual([]);
    act(() => root.unmount());
    container.remove();
  });
});
