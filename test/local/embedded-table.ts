// DynamoDB on this machine: dynalite in this process, its rows in a folder so that they outlive it.
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ResourceInUseException } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import dynalite from 'dynalite';
import { createTable } from '../../shared/store/table.ts';
import { tableClient } from '../../shared/store/table-client.ts';
import { LOCAL_AWS } from './local-aws.ts';

export const TABLE_NAME = 'gate-camera';

export type EmbeddedTable = {
  client: DynamoDBDocumentClient;
  endpoint: string;
  restart(): Promise<void>;
  stop(): Promise<void>;
  close(): Promise<void>;
};

export async function openTable(folder: string): Promise<EmbeddedTable> {
  mkdirSync(folder, { recursive: true });
  let server = await listen(folder, 0);
  const { port } = server.address() as AddressInfo;
  const endpoint = `http://127.0.0.1:${port}`;
  const client = tableClient({ ...LOCAL_AWS, endpoint });
  await createTable(client, TABLE_NAME).catch((error: unknown) => {
    if (!(error instanceof ResourceInUseException)) throw error;
  });
  const stop = async () => {
    if (!server.listening) return;
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return {
    client,
    endpoint,
    stop,
    restart: async () => {
      await stop();
      server = await listen(folder, port);
    },
    close: async () => {
      client.destroy();
      await stop();
    },
  };
}

async function listen(path: string, port: number): Promise<Server> {
  const server = dynalite({ path, createTableMs: 0 });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
