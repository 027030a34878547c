// A camera that only pushes has no stream to be measured by: what the queue took from it is counted in the webhook's log.
import { readFileSync } from 'node:fs';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { expect, test } from 'vitest';
import { accept } from '../../functions/webhook/accept.ts';
import { CameraIdSchema } from '../../shared/detection/detection.ts';
import { systemClock } from '../../shared/support/clock.ts';
import type { LogFields } from '../../shared/support/log.ts';
import { pushSource } from '../../shared/webhook/push-source.ts';
import { synthesised } from '../synthesised.fixture.ts';

const gate = synthesised();

/** The webhook's lines of a push with pictures, as CloudWatch Logs has them. */
async function linesOfPush(refused: number[]): Promise<LogFields[]> {
  const lines: LogFields[] = [];
  const note = (message: string, fields: LogFields = {}) => void lines.push({ message, ...fields });
  const body = readFileSync(new URL('../../test/samples/webhook_7series_composite.http', import.meta.url));
  const event = {
    rawPath: '/api/gate/anpr-event/',
    headers: {},
    isBase64Encoded: true,
    body: body.toString('base64'),
    requestContext: { http: { sourceIp: '192.0.2.10' } },
  } as unknown as APIGatewayProxyEventV2;
  await accept(event, {
    source: pushSource([{ id: CameraIdSchema.parse('gate'), pushFrom: ['192.0.2.10'] }]),
    clockOffsets: async () => () => null,
    pictures: { put: async () => {}, url: async () => '' },
    queue: { send: async () => ({ refused }) },
    clock: systemClock,
    log: { info: note, warn: note, error: note },
  });
  return lines;
}

test('a read that a camera pushed is counted once for that camera, though it is sent again with its pictures', async () => {
  const filter = gate
    .resources('AWS::Logs::MetricFilter')
    .find(({ Properties }) => Object(Properties.MetricTransformations)[0].MetricName === 'ReadsPushed');
  expect(filter?.Properties).toMatchObject({
    FilterPattern: '{ ($.message = "webhook.accepted") && ($.pictures = 0) }',
    MetricTransformations: [{ MetricValue: '$.reads', Dimensions: [{ Key: 'Camera', Value: '$.camera' }] }],
  });
  const accepted = (await linesOfPush([])).filter(({ message }) => message === 'webhook.accepted');
  expect(accepted).toHaveLength(2);
  expect(accepted.filter(({ pictures }) => pictures === 0)).toEqual([
    { message: 'webhook.accepted', camera: 'gate', reads: 1, pictures: 0 },
  ]);
  const refused = (await linesOfPush([0])).filter(({ pictures }) => pictures === 0);
  expect(refused).toMatchObject([{ reads: 0 }]);
});
