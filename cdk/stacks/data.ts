// What must survive everything else: rows, pictures, the key of the camera passwords, the users.
import { type Acknowledgment, Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { AttributeType, Billing, ProjectionType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Key } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { TABLE, type TableIndex, TIMELINE } from '../../shared/store/table.ts';
import { COGNITO, type GateConfig } from '../config.ts';
import { passwordKeyAlias } from '../parts/password-key-alias.ts';
import { type TokenSettings, userPool } from '../parts/user-pool.ts';

const POINT_IN_TIME_DAYS = 7;
/** Ten lanes at one vehicle a second with every message double: what is above is a runaway, and its bill. */
const MAX_WRITE_UNITS_PER_SECOND = 1_000;
const MAX_READ_UNITS_PER_SECOND = 2_000;
const UPLOAD_LEFTOVERS_DAYS = 1;

/** How cdk-nag writes the pictures' ARN when another stack refers to it; a wrong one stops the synth with the right one. */
const PICTURES_OUTPUT = 'PublishOutputFnGetAttPictures8CDD258BArn44281CC8';

const text = (name: string) => ({ name, type: AttributeType.STRING });

export class DataStack extends Stack {
  readonly table: TableV2;
  /** By name: a role needs no index that does not exist yet. */
  readonly indexArns: readonly string[];
  readonly timelineArn: string;
  readonly pictures: Bucket;
  readonly pictureArns: string;
  /** For roles of other stacks that reach `pictureArns`. */
  readonly picturesWildcard: Acknowledgment;
  readonly passwordKey: Key;
  readonly tokens: TokenSettings;

  constructor(scope: Construct, id: string, config: GateConfig) {
    super(scope, id, { stackName: `${config.name}-data`, terminationProtection: true });
    this.table = new TableV2(this, 'Table', {
      partitionKey: text(TABLE.partitionKey),
      sortKey: text(TABLE.sortKey),
      timeToLiveAttribute: TABLE.ttl,
      billing: Billing.onDemand({
        maxReadRequestUnits: MAX_READ_UNITS_PER_SECOND,
        maxWriteRequestUnits: MAX_WRITE_UNITS_PER_SECOND,
      }),
      globalSecondaryIndexes: TABLE.indexes.map((index: TableIndex) => ({
        indexName: index.name,
        partitionKey: text(index.partitionKey),
        sortKey: text(index.sortKey),
        projectionType: ProjectionType.INCLUDE,
        nonKeyAttributes: [...TABLE.indexProjection],
      })),
      pointInTimeRecoverySpecification: {
        pointInTimeRecoveryEnabled: true,
        recoveryPeriodInDays: POINT_IN_TIME_DAYS,
      },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.pictures = new Bucket(this, 'Pictures', {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      // No versions: a picture shows people, and must be gone when its time is over.
      versioned: false,
      lifecycleRules: [
        {
          expiration: Duration.days(config.retention.picturesDays),
          abortIncompleteMultipartUploadAfter: Duration.days(UPLOAD_LEFTOVERS_DAYS),
        },
      ],
      removalPolicy: RemovalPolicy.RETAIN,
    });
    Validations.of(this.pictures).acknowledge({
      id: 'AwsSolutions-S1',
      reason:
        'Two roles write and one reads, each by an API of ours that logs; object keys in a second bucket would be one more copy of who passed when.',
    });
    // Of its own, so that a role needs more than ssm:GetParameter to learn a camera's password.
    this.passwordKey = new Key(this, 'PasswordKey', {
      alias: passwordKeyAlias(config.name),
      description: 'Camera passwords in the parameter store',
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    const indexArn = ({ name }: TableIndex) => `${this.table.tableArn}/index/${name}`;
    this.indexArns = TABLE.indexes.map(indexArn);
    this.timelineArn = indexArn(TIMELINE);
    this.pictureArns = this.pictures.arnForObjects('pictures/*');
    const bucket = `{"Fn::GetStackOutput":{"StackName":"${this.stackName}","Region":{"Ref":"AWS::Region"},"OutputName":"${PICTURES_OUTPUT}"}}`;
    this.picturesWildcard = {
      id: `AwsSolutions-IAM5[Resource::${bucket}/pictures/*]`,
      reason: 'Pictures are objects of one prefix, and their names are not known before they are taken.',
    };
    this.tokens = config.tokens.issuer === COGNITO ? userPool(this, config) : issuerOf(config);
  }
}

function issuerOf({ tokens: { issuer, audience = '', jwksUri, rightsClaim = 'scope' } }: GateConfig): TokenSettings {
  return { issuer, audience, rightsClaim, ...(jwksUri === undefined ? {} : { jwksUri }) };
}
