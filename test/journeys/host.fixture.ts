// A machine to install on, as far as it takes no root and no running systemd: a tree of its own.
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bundle, buildBundle } from '../../bridge/host/build-bundle.ts';

const SYSTEM_UNITS = '/lib/systemd/system';

/** Of an application whose .env the seed's names stand in. */
export const SEED_ENV = `# Django
SECRET_KEY=invented-django-secret
DATABASE_URL=postgres://invented
# Gate Camera (Hikvision ANPR)
GATE_CAMERA_IP=192.0.2.240
export GATE_CAMERA_PORT=8080
GATE_CAMERA_USER=admin
GATE_CAMERA_PASS='invented@12'
GATE_QUEUE_URL=https://sqs.eu-central-1.amazonaws.com/111122223333/detections
GATE_TABLE=gate-camera
GATE_PICTURES_BUCKET=gate-pictures
AWS_REGION=eu-central-1
`;
export const VIDEO_ENV = `GATE_JWT_ISSUER=https://issuer.example.com
GATE_JWT_AUDIENCE=gate
`;

export type Ran = { code: number | null; said: string };
export type Machine = {
  root: string;
  /** From the bundle, or from the named one. */
  install(args: readonly string[], bundle?: string): Ran;
  /** For `--env`. */
  writeEnv(text: string): Promise<string>;
  read(path: string): Promise<string>;
  /** A copy of the bundle that is another release. */
  otherRelease(version: string): Promise<string>;
  /** Gives the tree the units that a distribution has, so that systemd can judge ours among them. */
  addSystemUnits(): Promise<void>;
  close(): Promise<void>;
};

export async function makeBundle(): Promise<Bundle & { remove(): Promise<void> }> {
  const out = await mkdtemp(join(tmpdir(), 'gate-bundle-'));
  return { ...(await buildBundle(out)), remove: () => rm(out, { recursive: true, force: true }) };
}

/** `like`: a machine as that one is now. */
export async function openMachine(bundle: Bundle, like?: Machine): Promise<Machine> {
  const folder = await mkdtemp(join(tmpdir(), 'gate-host-'));
  const root = join(folder, 'root');
  if (like) {
    const copied = spawnSync('cp', ['-a', like.root, root], { encoding: 'utf8' });
    if (copied.status !== 0) throw new Error(`could not copy a machine: ${copied.stderr}`);
  } else {
    // Where a distribution has it, so that the link to it is good inside the tree as well.
    await mkdir(join(root, 'usr/bin'), { recursive: true });
    await writeFile(join(root, 'usr/bin/node'), `#!/bin/sh\nexec '${process.execPath}' "$@"\n`);
    await chmod(join(root, 'usr/bin/node'), 0o755);
  }

  return {
    root,
    install: (args, from = bundle.folder) => {
      const script = join(from, 'host/install.sh');
      const all = [script, '--root', root, '--node', join(root, 'usr/bin/node'), ...args];
      const { status, stdout, stderr } = spawnSync('bash', all, { encoding: 'utf8' });
      return { code: status, said: stdout + stderr };
    },
    writeEnv: async (text) => {
      const path = join(folder, 'settings');
      await writeFile(path, text);
      return path;
    },
    read: (path) => readFile(join(root, path), 'utf8'),
    otherRelease: async (version) => {
      const copy = join(folder, version);
      await cp(bundle.folder, copy, { recursive: true });
      await writeFile(join(copy, 'VERSION'), `${version}\n`);
      return copy;
    },
    addSystemUnits: () => cp(SYSTEM_UNITS, join(root, 'usr/lib/systemd/system'), { recursive: true }),
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Where systemd would show a service the files of LoadCredential. */
export const CREDENTIALS_DIRECTORY = '/run/credentials/gate-camera';
const KEYS = { Version: 1, AccessKeyId: 'AKIAINVENTED', SecretAccessKey: 'invented', SessionToken: 'invented' };

/** The shipped `aws-config`, with a helper in the place of the real one that gives keys only for systemd's two files. */
export async function writeIdentity(bundle: string): Promise<void> {
  const helper = join(bundle, 'aws_signing_helper');
  const files = ['identity.pem', 'identity.key'].map((name) => `"${CREDENTIALS_DIRECTORY}/${name}"`);
  await writeFile(helper, `#!/bin/sh\ncase "$*" in *${files.join('*')}*) echo '${JSON.stringify(KEYS)}';; esac\n`);
  await chmod(helper, 0o755);
  const shipped = await readFile(join(bundle, 'host/identity/aws-config'), 'utf8');
  await writeFile(join(bundle, 'aws-config'), shipped.replace('/usr/local/bin/aws_signing_helper', helper));
}

/** Answers nothing of use, and keeps by whose keys it was asked. */
export async function openRefusingAws(): Promise<{ endpoint: string; authorizations: string[]; close(): void }> {
  const authorizations: string[] = [];
  const server = createServer((request, response) => {
    authorizations.push(request.headers.authorization ?? '');
    response.writeHead(400, { 'Content-Type': 'application/x-amz-json-1.0' }).end('{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    authorizations,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

export const has = (command: string) => spawnSync('which', [command]).status === 0;
