/** A process that a test kills: it appends audio, and prints the end of each acknowledged block. */
import { fileStore } from '../../src/store/file/index.ts';

const store = fileStore(process.argv[2] ?? '');
const { lease, session } = await store.openWriter('call', { holder: String(process.pid), description: null });
for (let position = session.end; ; position += 100) {
  const answer = await store.append(lease, {
    position,
    end: position + 100,
    bytes: new Uint8Array(3_200),
    capturedAt: undefined,
  });
  if (typeof answer === 'object') process.stdout.write(`${answer.end}\n`);
}
