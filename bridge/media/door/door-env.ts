import type { HttpBindings } from '@hono/node-server';
import type { StreamName } from '../../../shared/video/stream-name.ts';

/** What a request carries through the door. */
export type DoorEnv = { Bindings: HttpBindings; Variables: { stream: StreamName } };
