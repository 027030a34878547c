import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { CameraId } from '../../shared/detection/detection.ts';
import type { CameraClient } from '../../shared/isapi/client.ts';
import { createLens } from '../../shared/isapi/lens/lens.ts';
import type { OpenedCameras } from '../../shared/isapi/open-camera.ts';
import { tableLensRows } from '../../shared/store/lens-rows.ts';
import { tableMoveLog } from '../../shared/store/moves.ts';
import type { Clock } from '../../shared/support/clock.ts';
import { Rejected } from '../../shared/support/errors.ts';
import type { Log } from '../../shared/support/log.ts';
import { DEFAULT_HOME_AFTER_MS, type LensWatch, watchLenses } from './watch-lenses.ts';

export type LensWatchDependencies = {
  cameras: OpenedCameras;
  client: DynamoDBDocumentClient;
  table: string;
  clock: Clock;
  log: Log;
  signal: AbortSignal;
};

/** Watches the lenses of all cameras, by the same guards as their streams. */
export function openLensWatch(deps: LensWatchDependencies): LensWatch {
  const { cameras, clock, log, signal } = deps;
  const rows = tableLensRows(deps);
  const lens = createLens({ clientOf, rows, moves: tableMoveLog(deps), clock, log });
  const lenses = [...cameras.values()].map(({ camera: { id, homeAfterSeconds } }) => ({
    id,
    homeAfterMs: homeAfterSeconds === undefined ? DEFAULT_HOME_AFTER_MS : homeAfterSeconds * 1000,
  }));
  return watchLenses({ lenses, lens, rows, clock, log, signal });

  function clientOf(camera: CameraId): CameraClient {
    const opened = cameras.get(camera);
    if (opened === undefined) throw new Rejected('not_found', 'could not find a camera of this id');
    return opened.client;
  }
}
