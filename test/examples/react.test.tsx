// @vitest-environment jsdom
import '../../docs/examples/react/src/app.test.tsx';
