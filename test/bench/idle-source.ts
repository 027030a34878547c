// Child process: a thousand idle cameras on one port; every connection gets a heartbeat a second, spread over the second.
import { createServer } from 'node:net';
import { BOUNDARY, heartbeat } from './recording.ts';

const HEARTBEAT_MS = 1_000;
const head = `HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: multipart/mixed; boundary=${BOUNDARY}\r\n\r\n`;
const beat = heartbeat();

const server = createServer((socket) => {
  socket.on('error', () => socket.destroy());
  socket.once('data', () => {
    socket.write(head);
    const timer = setInterval(() => socket.write(beat), HEARTBEAT_MS);
    socket.on('close', () => clearInterval(timer));
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address && typeof address === 'object') process.stdout.write(`${address.port}\n`);
});
