// A program as Deepgram's documentation has one written, with nothing but `ws`: it streams what it reads from stdin, sends
// KeepAlive as text, finalizes, closes the stream, and prints what it is told. It knows of no emulator.
import process from 'node:process';
import { WebSocket } from 'ws';

const { DEEPGRAM_URL = 'wss://api.deepgram.com', DEEPGRAM_API_KEY } = process.env;
const query = 'model=nova-3&encoding=linear16&sample_rate=16000&interim_results=true&endpointing=300';
const socket = new WebSocket(`${DEEPGRAM_URL}/v1/listen?${query}`, {
  headers: { Authorization: `Token ${DEEPGRAM_API_KEY}` },
});
/** @param {string} text */
const say = (text) => process.stdout.write(`${text}\n`);
/** @typedef {{ type: string, is_final?: boolean, channel: { alternatives: { transcript: string }[] } }} Message */

socket.on('upgrade', ({ headers }) => say(`request ${String(headers['dg-request-id'])}`));
socket.on('open', () => void stream());
async function stream() {
  const keepAlive = setInterval(() => socket.send(JSON.stringify({ type: 'KeepAlive' })), 3000);
  socket.send(JSON.stringify({ type: 'KeepAlive' }));
  for await (const chunk of /** @type {AsyncIterable<Buffer>} */ (process.stdin)) {
    if (chunk.length > 0) socket.send(chunk);
  }
  clearInterval(keepAlive);
  socket.send(JSON.stringify({ type: 'Finalize' }));
  socket.send(JSON.stringify({ type: 'CloseStream' }));
}
socket.on('message', (data, isBinary) => {
  const message = /** @type {Message} */ (JSON.parse(Buffer.from(/** @type {Buffer} */ (data)).toString()));
  if (isBinary) say('binary');
  else if (message.type !== 'Results') say(message.type);
  else if (message.is_final) say(`final ${message.channel.alternatives[0]?.transcript}`);
});
socket.on('unexpected-response', (_, response) => {
  say(`refused ${response.statusCode} ${String(response.headers['dg-error'])}`);
  process.exitCode = 1;
  response.destroy();
});
socket.on('error', (error) => process.stderr.write(`${error.message}\n`));
socket.on('close', (code) => say(`closed ${code}`));
