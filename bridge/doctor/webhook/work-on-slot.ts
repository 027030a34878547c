// `--set-up-webhook` and `--restore`: the one thing that doctor writes, and the document about it.
import type { OpenedCamera } from '../../../shared/isapi/open-camera.ts';
import type { Clock } from '../../../shared/support/clock.ts';
import { reasonOf } from '../../../shared/support/errors.ts';
import { type Arguments, WrongUsage } from '../arguments.ts';
import { type DoctorDocument, documentOf } from '../doctor-document.ts';
import { failureOf } from '../failure-of.ts';
import { fail, type Outcome, ok, warn } from '../finding.ts';
import { restoreSlot } from './restore-slot.ts';
import { type Conversation, type SlotChange, setUpWebhook } from './set-up-webhook.ts';
import { webhookTarget } from './webhook-target.ts';

type SlotWork = Pick<Conversation, 'say' | 'confirm'> & { apiUrl: string | null; clock: Clock };

/** @throws WrongUsage; whatever else goes wrong is in the document */
export async function workOnSlot(
  cameras: readonly OpenedCamera[],
  args: Pick<Arguments, 'setUpWebhook' | 'restore'>,
  { apiUrl, clock, ...conversation }: SlotWork,
): Promise<DoctorDocument> {
  const [opened, another] = cameras;
  if (!opened || another) throw new WrongUsage('could not choose a camera: say --camera <id>');
  const { id } = opened.camera;
  const about = (outcome: Outcome) => documentOf({ check: 'webhook-slot', camera: id, outcome }, clock);
  try {
    const change = await changed(opened, args, { ...conversation, apiUrl, clock });
    return { ...about(outcomeOf(change)), slot: { camera: id, ...change } };
  } catch (error) {
    if (error instanceof WrongUsage) throw error;
    // Only a shut guard has no change of its own here: doctor's look tells it at length.
    const { change } = failureOf(error, 'npm run doctor shows the slots that the camera has (notification-hosts)');
    return about(fail(reasonOf(error), change ?? 'npm run doctor tells why the guard is shut, and what opens it'));
  }
}

async function changed(
  opened: OpenedCamera,
  { setUpWebhook: wanted, restore }: Pick<Arguments, 'setUpWebhook' | 'restore'>,
  { apiUrl, ...conversation }: SlotWork,
): Promise<SlotChange> {
  if (restore) return restoreSlot(opened, restore.file, conversation);
  const { url = null, slot = null, folder = '.' } = wanted ?? {};
  const target = webhookTarget(opened.camera, { url, apiUrl });
  return setUpWebhook(opened, { target, slot }, { ...conversation, folder });
}

function outcomeOf({ result, after, file }: SlotChange): Outcome {
  switch (result) {
    case 'written':
      return ok(`written: ${after}`, `npm run doctor -- --restore ${file ?? ''} puts the slot back`);
    case 'restored':
      return ok(`put back: ${after}`);
    case 'unchanged':
      return ok(`nothing to write, it is so already: ${after}`);
    case 'declined':
      return warn(`nothing was written: ${after}`, 'answer y at the question, or say --yes');
  }
}
