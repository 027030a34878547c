import { ArnFormat, type Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ConfiguredCamera } from '../configured-cameras.ts';

/** Reading the cameras' passwords, each by its name, and nothing else of the parameter store. */
export function passwordAccess(stack: Stack, key: IKey, cameras: readonly ConfiguredCamera[]): PolicyStatement[] {
  const parameters = cameras.map(({ passwordSecret }) =>
    stack.formatArn({
      service: 'ssm',
      resource: 'parameter',
      resourceName: passwordSecret.replace(/^\//, ''),
      arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    }),
  );
  return [
    new PolicyStatement({ actions: ['ssm:GetParameter'], resources: parameters }),
    new PolicyStatement({
      actions: ['kms:Decrypt'],
      resources: [key.keyArn],
      conditions: { StringEquals: { 'kms:ViaService': `ssm.${stack.region}.${stack.urlSuffix}` } },
    }),
  ];
}
