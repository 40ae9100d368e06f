// Stands in for `ws`, which the library's Node transport and the emulator's server import: nothing here is sent over a real network.
export function WebSocket() {
  throw new Error('The proof uses no real sockets.');
}
export const WebSocketServer = WebSocket;
export default WebSocket;
