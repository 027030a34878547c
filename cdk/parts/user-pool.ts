import { CfnOutput, Duration, RemovalPolicy, type Stack, Validations } from 'aws-cdk-lib';
import { AccountRecovery, CfnUserPoolGroup, FeaturePlan, Mfa, UserPool } from 'aws-cdk-lib/aws-cognito';
import { RightSchema } from '../../shared/auth/user.ts';
import type { GateConfig } from '../config.ts';

/** Cognito's own claim: each right is a group of the pool. */
const RIGHTS_CLAIM = 'cognito:groups';
/** How long a token that was taken away still opens the gate's picture. */
const ACCESS_TOKEN_MINUTES = 60;
/** A shift: nobody signs in twice a day. */
const REFRESH_TOKEN_HOURS = 12;
const MIN_PASSWORD_CHARACTERS = 12;

/** What every verifier of tokens is told, by the names of GATE_JWT_*. */
export type TokenSettings = { issuer: string; audience: string; jwksUri?: string; rightsClaim: string };

/** Operators who have no other identity provider: a pool with one group for each right. Nobody signs up by himself. */
export function userPool(stack: Stack, { name }: GateConfig): TokenSettings {
  const pool = new UserPool(stack, 'Users', {
    userPoolName: name,
    selfSignUpEnabled: false,
    signInAliases: { email: true },
    accountRecovery: AccountRecovery.EMAIL_ONLY,
    mfa: Mfa.REQUIRED,
    mfaSecondFactor: { sms: false, otp: true },
    passwordPolicy: {
      minLength: MIN_PASSWORD_CHARACTERS,
      requireDigits: true,
      requireLowercase: true,
      requireUppercase: true,
      requireSymbols: true,
    },
    featurePlan: FeaturePlan.ESSENTIALS,
    deletionProtection: true,
    removalPolicy: RemovalPolicy.RETAIN,
  });
  Validations.of(pool).acknowledge({
    id: 'AwsSolutions-COG8',
    reason:
      'A handful of operators with a second factor each; the plus plan is paid per user for finding stolen passwords.',
  });
  const client = pool.addClient('Frontend', {
    generateSecret: false,
    authFlows: { userSrp: true },
    disableOAuth: true,
    preventUserExistenceErrors: true,
    accessTokenValidity: Duration.minutes(ACCESS_TOKEN_MINUTES),
    idTokenValidity: Duration.minutes(ACCESS_TOKEN_MINUTES),
    refreshTokenValidity: Duration.hours(REFRESH_TOKEN_HOURS),
    enableTokenRevocation: true,
  });
  for (const right of RightSchema.options) {
    new CfnUserPoolGroup(stack, `Right-${right.replace(':', '-')}`, { userPoolId: pool.userPoolId, groupName: right });
  }
  new CfnOutput(stack, 'UserPoolId', { value: pool.userPoolId });
  new CfnOutput(stack, 'UserPoolClientId', { value: client.userPoolClientId });
  return { issuer: pool.userPoolProviderUrl, audience: client.userPoolClientId, rightsClaim: RIGHTS_CLAIM };
}
