import { GetParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import { Broken, reasonOf } from './errors.ts';
import { Secret } from './secret.ts';

const READ_TIMEOUT_MS = 5_000;

/** Reads a SecureString parameter by name, with the version that tells one password from the next. Throws Broken. */
export function readSecureString(client: SSMClient) {
  return async (name: string): Promise<{ secret: Secret; version: string }> => {
    try {
      const command = new GetParameterCommand({ Name: name, WithDecryption: true });
      const { Parameter } = await client.send(command, { abortSignal: AbortSignal.timeout(READ_TIMEOUT_MS) });
      if (Parameter?.Value && Parameter.Version !== undefined) {
        return { secret: new Secret(Parameter.Value), version: String(Parameter.Version) };
      }
    } catch (cause) {
      throw new Broken('internal', `could not read the parameter ${name}: ${reasonOf(cause)}`, { cause });
    }
    throw new Broken('internal', `could not read the parameter ${name}: it is empty`);
  };
}
