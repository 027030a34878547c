// Child process: serves a recording as an endless alert stream to whoever connects, and says its port on the first line.
import { createServer } from 'node:net';
import { BOUNDARY, recording } from './recording.ts';

const [events = '2000', partLengths = 'yes', pictures = 'yes'] = process.argv.slice(2);
const BLOCK_EVENTS = 50;
const block = recording({ events: BLOCK_EVENTS, partLengths: partLengths === 'yes', pictures: pictures === 'yes' });
const head = `HTTP/1.1 200 OK\r\nMIME-Version: 1.0\r\nConnection: close\r\nContent-Type: multipart/mixed; boundary=${BOUNDARY}\r\n\r\n`;

const server = createServer((socket) => {
  socket.on('error', () => socket.destroy());
  socket.once('data', () => {
    socket.write(head);
    let left = Number(events) / BLOCK_EVENTS;
    const more = () => {
      while (left > 0) {
        left -= 1;
        if (!socket.write(block)) {
          socket.once('drain', more);
          return;
        }
      }
      socket.end();
    };
    more();
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address && typeof address === 'object') process.stdout.write(`${address.port}\n`);
});
process.on('disconnect', () => process.exit(0));
