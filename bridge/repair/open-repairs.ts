import type { CameraId } from '../../shared/detection/detection.ts';
import type { OpenedCameras } from '../../shared/isapi/open-camera.ts';
import { systemDisk } from '../outbox/disk.ts';
import { openRepair, type Repair, type RepairDeps } from './repair.ts';

export type OpenRepairs = Omit<RepairDeps, 'camera' | 'timeZone' | 'client' | 'disk'> & { cameras: OpenedCameras };

export type Repairs = {
  of(camera: CameraId): Repair | undefined;
  /** `Repair.forgetKnown` of each camera. */
  forgetKnown(): Promise<void>;
  /** Resolves when the signal has ended all of them. */
  done: Promise<void>;
};

/** Every camera's memory, whether its stream is held or it only pushes. */
export function openRepairs({ cameras, ...deps }: OpenRepairs): Repairs {
  const repairs = new Map<CameraId, Repair>();
  for (const [id, { camera, client }] of cameras) {
    repairs.set(id, openRepair({ ...deps, camera: id, timeZone: camera.timeZone, client, disk: systemDisk }));
  }
  return {
    of: (camera) => repairs.get(camera),
    forgetKnown: async () => {
      await Promise.all([...repairs.values()].map((repair) => repair.forgetKnown()));
    },
    done: Promise.all([...repairs.values()].map(({ done }) => done)).then(() => {}),
  };
}
