// Whether the camera reads plates and hands them on: the linkage of its vehicle event (ISAPI.md 5.4).
import * as z from 'zod';
import type { CameraClient } from '../../../shared/isapi/client.ts';
import { readAs, Text } from '../../../shared/isapi/document.ts';
import { ask } from '../ask.ts';
import { failureOf, isNotThere } from '../failure-of.ts';
import { fail, type Outcome, ok, warn } from '../finding.ts';

/** One by one: V5.4.5 fails on the whole list (ISAPI.md 1.6). */
const TRIGGERS = ['/ISAPI/Event/triggers/vehicledetection-1', '/ISAPI/Event/triggers/VehicleDetect-1'];
const ON_ITS_PAGE = 'Configuration, Road Traffic (or Event, Smart Event, ANPR) in the camera';

const Notification = z.object({ notificationMethod: Text });
const Trigger = z.object({
  EventTriggerNotificationList: z
    .object({ EventTriggerNotification: z.array(Notification.catch({ notificationMethod: '' })).default([]) })
    .catch({ EventTriggerNotification: [] }),
});

export async function checkAnpr(client: CameraClient): Promise<Outcome> {
  try {
    const methods = await linkage(client);
    if (methods === null) {
      return warn(
        'the camera does not list its vehicle event, as newer models do',
        `look yourself: ANPR on, and "Notify Surveillance Center" in its linkage (${ON_ITS_PAGE})`,
      );
    }
    if (methods.some((method) => /^center$/i.test(method))) return ok('vehicles are read and handed on ("center")');
    const seen = `the vehicle event goes to ${methods.filter(Boolean).join(', ') || 'nobody'}, and not to us`;
    return fail(seen, `switch ANPR on and tick "Notify Surveillance Center" in its linkage (${ON_ITS_PAGE})`);
  } catch (error) {
    return failureOf(error, `look at ANPR yourself (${ON_ITS_PAGE})`);
  }
}

/** Null where the camera has no such trigger. */
async function linkage(client: CameraClient): Promise<string[] | null> {
  for (const path of TRIGGERS) {
    try {
      const shape = { roots: ['EventTrigger'], lists: ['EventTriggerNotification'] };
      const { EventTriggerNotificationList: list } = readAs(await ask(client, path), shape, Trigger);
      return list.EventTriggerNotification.map(({ notificationMethod }) => notificationMethod);
    } catch (error) {
      if (!isNotThere(error)) throw error;
    }
  }
  return null;
}
