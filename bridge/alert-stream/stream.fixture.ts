// For tests: a camera's end of one alert stream on loopback, written byte by byte, and what the bridge made of it.
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { CameraIdSchema } from '../../shared/detection/detection.ts';
import { BodyPool } from '../../shared/isapi/multipart/body-pool.ts';
import { takeOver } from '../../shared/isapi/tapped-socket.ts';
import { httpTransport } from '../../shared/isapi/transport.ts';
import { PictureBudget } from './picture-budget.ts';
import { type ReadStream, readStream, type StreamEnd, type StreamEvent } from './read-stream.ts';

export const HEAD = 'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: multipart/mixed; boundary=boundary\r\n\r\n';

export function alertPart(plate: string, pictures = 0, n = 0): Buffer {
  const time = new Date(Date.UTC(2026, 10, 22, 5) + n * 1000).toISOString().slice(0, 19);
  const xml = `<EventNotificationAlert><dateTime>${time}Z</dateTime><eventType>ANPR</eventType><ANPR><licensePlate>${plate}</licensePlate></ANPR><picNum>${pictures}</picNum></EventNotificationAlert>\r\n`;
  return Buffer.from(`--boundary\r\nContent-Type: application/xml\r\nContent-Length: ${xml.length}\r\n\r\n${xml}`);
}

export function picturePart(bytes: Buffer): Buffer {
  const head = `--boundary\r\nContent-Type: image/jpeg\r\nContent-Length: ${bytes.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), bytes, Buffer.from('\r\n')]);
}

/** A JPEG whose own structure ends at its last byte. */
export function jpeg(size: number, fill = 0x41): Buffer {
  const picture = Buffer.alloc(size, fill);
  picture.set([0xff, 0xd8, 0xff, 0xda, 0x00, 0x02], 0);
  picture.set([0xff, 0xd9], size - 2);
  return picture;
}

export class Gate {
  readonly events: StreamEvent[] = [];
  readonly stop = new AbortController();
  camera!: Socket;
  ended!: Promise<StreamEnd>;
  #server!: Server;
  #waiting: { until: () => boolean; resolve: () => void }[] = [];

  async open(over: Partial<ReadStream> = {}): Promise<void> {
    this.#server = createServer({ noDelay: true }).listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const connected = once(this.#server, 'connection');
    const { port } = this.#server.address() as AddressInfo;
    const address = { host: '127.0.0.1', httpPort: port };
    const opened = httpTransport().open({ address, method: 'GET', path: '/', headers: {}, headerTimeoutMs: 5_000 });
    [this.camera] = (await connected) as [Socket];
    this.camera.on('error', () => {});
    this.camera.write(HEAD);
    const response = await opened;
    this.ended = readStream({
      body: takeOver(response),
      contentType: response.headers['content-type'] ?? '',
      arrival: () => ({
        camera: CameraIdSchema.parse('gate'),
        source: 'stream',
        receivedAt: Date.now(),
        timeZone: undefined,
        clockOffsetMs: null,
      }),
      budget: new PictureBudget(),
      pool: new BodyPool(),
      deadAfterMs: 20_000,
      signal: this.stop.signal,
      ...over,
      onEvent: async (event) => {
        // Pictures are copied, as the bridge's outbox does: their memory is used again.
        await over.onEvent?.(event);
        this.events.push(
          event.type === 'pictures'
            ? { ...event, pictures: event.pictures.map(({ kind, bytes }) => ({ kind, bytes: Buffer.from(bytes) })) }
            : event,
        );
        this.#waiting = this.#waiting.filter(({ until, resolve }) => (until() ? resolve() : true));
      },
    });
  }

  get plates(): string[] {
    return this.events.flatMap((event) => (event.type === 'read' ? [event.detection.plateAsRead] : []));
  }

  get pictures(): Uint8Array[] {
    return this.events.flatMap((event) => (event.type === 'pictures' ? event.pictures.map(({ bytes }) => bytes) : []));
  }

  get faults(): string[] {
    return this.events.flatMap((event) => (event.type === 'fault' ? [event.fault] : []));
  }

  until(condition: () => boolean): Promise<void> {
    if (condition()) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ until: condition, resolve }));
  }

  async close(): Promise<void> {
    this.stop.abort();
    await this.ended?.catch(() => {});
    this.camera?.destroy();
    this.#server?.close();
  }
}
