import type { CameraClient } from '../../../shared/isapi/client.ts';
import { readDeviceInfo } from '../../../shared/isapi/device-info.ts';
import { ask } from '../ask.ts';
import { failureOf } from '../failure-of.ts';
import { fail, type Outcome, ok, warn } from '../finding.ts';

/** This family reads plates only with the suffix (ISAPI.md 1.1). */
const FAMILY = /^DS-2CD4A26FWD-IZS/i;
const READS_PLATES = /\/P\b/i;

export async function checkFirmware(client: CameraClient): Promise<Outcome> {
  try {
    const { model, firmware, firmwareVersion, firmwareNote } = readDeviceInfo(
      await ask(client, '/ISAPI/System/deviceInfo'),
    );
    const seen = `${model || 'a camera without a model'}, ${firmware || 'firmware unknown'}`;
    if (firmwareNote) {
      return fail(
        `${seen}: ${firmwareNote}`,
        'upgrade the firmware in the camera (Maintenance, Upgrade); until then plates come only from its memory, if at all',
      );
    }
    if (FAMILY.test(model) && !READS_PLATES.test(model)) {
      return warn(`${seen}: without /P this model reads no plates`, 'is it the ANPR build (DS-2CD4A26FWD-IZS/P)?');
    }
    if (firmwareVersion === null) return warn(seen, 'look at the firmware yourself: plates need V5.4.7 or later');
    return ok(seen);
  } catch (error) {
    return failureOf(error, 'the camera does not say who it is: is this a Hikvision camera?');
  }
}
