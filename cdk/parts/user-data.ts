// What a fresh VM runs: the settings, the bundle, then the bundle's own boot script.
import type { CfnEIP, CfnVolume } from 'aws-cdk-lib/aws-ec2';
import { UserData } from 'aws-cdk-lib/aws-ec2';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Asset } from 'aws-cdk-lib/aws-s3-assets';

export const SETTINGS_FOLDER = '/etc/gate-camera';
/** The volume is mounted here (boot.sh). */
export const STATE_FOLDER = '/var/lib/gate-camera';
const BUNDLE_FOLDER = '/opt/gate-camera-bundle';

export type UserDataProps = {
  region: string;
  bundle: Asset;
  address: CfnEIP;
  volume: CfnVolume;
  logGroup: LogGroup;
  /** For bridge and media process alike. */
  environment: Record<string, string>;
  /** Undefined: plates only. */
  videoDomain: string | undefined;
};

/** The asset's key is its hash: another bundle is another user data, and that is what rolls the VM. */
export function bridgeUserData({
  region,
  bundle,
  address,
  volume,
  logGroup,
  environment,
  videoDomain,
}: UserDataProps): UserData {
  const settings = Object.entries({ AWS_REGION: region, ...environment }).map(([name, value]) => `${name}=${value}`);
  const userData = UserData.forLinux();
  userData.addCommands(
    'set -euo pipefail',
    `mkdir -p ${SETTINGS_FOLDER}`,
    `cat >${SETTINGS_FOLDER}/bridge.env <<'SETTINGS'\n${settings.join('\n')}\nSETTINGS`,
    `export AWS_REGION=${region}`,
    `export GATE_EIP_ALLOCATION=${address.attrAllocationId}`,
    `export GATE_VOLUME=${volume.attrVolumeId}`,
    `export GATE_LOG_GROUP=${logGroup.logGroupName}`,
    ...(videoDomain === undefined ? [] : [`export GATE_VIDEO_DOMAIN=${videoDomain}`]),
    'dnf install -y -q unzip',
    `aws s3 cp --only-show-errors ${bundle.s3ObjectUrl} /tmp/bundle.zip`,
    `rm -rf ${BUNDLE_FOLDER} && mkdir -p ${BUNDLE_FOLDER} && unzip -q /tmp/bundle.zip -d ${BUNDLE_FOLDER}`,
    `bash ${BUNDLE_FOLDER}/boot.sh`,
  );
  return userData;
}
