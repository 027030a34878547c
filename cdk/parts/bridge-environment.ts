import type { GateConfig } from '../config.ts';
import type { DataStack } from '../stacks/data.ts';
import type { IngestStack } from '../stacks/ingest.ts';
import { CAMERAS_FILE } from './bundle.ts';
import { tokenEnvironment } from './token-environment.ts';
import { SETTINGS_FOLDER, STATE_FOLDER } from './user-data.ts';

const MEBIBYTES_PER_GIBIBYTE = 1024;

export type BridgeEnvironmentProps = {
  config: GateConfig;
  data: DataStack;
  ingest: IngestStack;
  /** What browsers reach WebRTC by; the VM's interface only knows a private address. */
  publicAddress: string;
};

/** The settings of bridge and media process; README's names. */
export function bridgeEnvironment(props: BridgeEnvironmentProps): Record<string, string> {
  const { config, data, ingest, publicAddress } = props;
  return {
    GATE_STATE_FOLDER: STATE_FOLDER,
    GATE_CAMERAS: `${SETTINGS_FOLDER}/${CAMERAS_FILE}`,
    GATE_QUEUE_URL: ingest.queue.queueUrl,
    GATE_TABLE: data.table.tableName,
    GATE_PICTURES_BUCKET: data.pictures.bucketName,
    GATE_OUTBOX_MEBIBYTES: String(config.bridge.outboxGibibytes * MEBIBYTES_PER_GIBIBYTE),
    ...tokenEnvironment(data.tokens, config.origins),
    ...(config.video && { GATE_WEBRTC_HOSTS: publicAddress }),
  };
}
