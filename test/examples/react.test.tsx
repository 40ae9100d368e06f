// @vitest-environment jsdom
import '../../docs/examples/react/src/app.test.tsx';
import '../../docs/examples/react/src/microphone.test.tsx';
