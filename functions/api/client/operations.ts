// Written by `npm run openapi` from the API’s routes: change those, not this.
import type { Ask, How } from './ask.ts';
import type {
  Camera,
  CameraList,
  Completeness,
  Detection,
  DetectionList,
  Guard,
  Health,
  LiveRequest,
  LiveView,
  MoveList,
  PresetList,
  PtzAnswer,
  PtzRequest,
} from './schemas.ts';

const part = encodeURIComponent;

export function operations(ask: Ask) {
  return {
    /** Vehicles that passed, newest first. */
    listDetections: (
      query: {
        camera?: string | undefined;
        plate?: string | undefined;
        from?: string | undefined;
        to?: string | undefined;
        limit?: number | undefined;
        cursor?: string | undefined;
        order?: 'desc' | 'asc' | undefined;
      } = {},
      how?: How,
    ) =>
      ask.json<DetectionList>(
        { method: 'GET', path: '/api/gate/detections', needsToken: true, query, isList: true },
        how,
      ),

    /** One read. */
    getDetection: ({ id }: { id: string }, how?: How) =>
      ask.json<Detection>({ method: 'GET', path: `/api/gate/detections/${part(id)}`, needsToken: true }, how),

    /** How every camera is. */
    listCameras: (how?: How) =>
      ask.json<CameraList>({ method: 'GET', path: '/api/gate/cameras', needsToken: true, isList: true }, how),

    /** How one camera is. */
    getCamera: ({ id }: { id: string }, how?: How) =>
      ask.json<Camera>({ method: 'GET', path: `/api/gate/cameras/${part(id)}`, needsToken: true }, how),

    /** Where to watch the lane, and a ticket for players that send no header. */
    watchCamera: ({ id, ...body }: { id: string } & LiveRequest, how?: How) =>
      ask.json<LiveView>({ method: 'POST', path: `/api/gate/cameras/${part(id)}/live`, needsToken: true, body }, how),

    /** Let the guard try again. */
    rearmCamera: ({ id }: { id: string }, how?: How) =>
      ask.json<Guard>({ method: 'POST', path: `/api/gate/cameras/${part(id)}/rearm`, needsToken: true }, how),

    /** Move the lens for a moment, or stop it. */
    moveLens: (body: PtzRequest, how?: How) =>
      ask.json<PtzAnswer>({ method: 'POST', path: '/api/gate/camera/ptz', needsToken: true, body }, how),

    /** Where the lens can be sent. */
    listPresets: ({ id }: { id: string }, how?: How) =>
      ask.json<PresetList>(
        { method: 'GET', path: `/api/gate/cameras/${part(id)}/presets`, needsToken: true, isList: true },
        how,
      ),

    /** Send the lens to a preset. */
    goToPreset: ({ id, n }: { id: string; n: string }, how?: How) =>
      ask.nothing(
        { method: 'POST', path: `/api/gate/cameras/${part(id)}/presets/${part(n)}/goto`, needsToken: true },
        how,
      ),

    /** Send the lens home, where it reads plates. */
    goHome: ({ id }: { id: string }, how?: How) =>
      ask.nothing({ method: 'POST', path: `/api/gate/cameras/${part(id)}/home`, needsToken: true }, how),

    /** Make home of where the lens looks now. */
    saveHome: ({ id }: { id: string }, how?: How) =>
      ask.nothing({ method: 'PUT', path: `/api/gate/cameras/${part(id)}/home`, needsToken: true }, how),

    /** Who moved the lens: the newest hundred. */
    listMoves: ({ id }: { id: string }, how?: How) =>
      ask.json<MoveList>(
        { method: 'GET', path: `/api/gate/cameras/${part(id)}/moves`, needsToken: true, isList: true },
        how,
      ),

    /** Whether everything that the camera remembers is stored, hour by hour. */
    getCompleteness: (
      { id, ...query }: { id: string; from?: string | undefined; to?: string | undefined },
      how?: How,
    ) =>
      ask.json<Completeness>(
        { method: 'GET', path: `/api/gate/cameras/${part(id)}/completeness`, needsToken: true, query, isList: true },
        how,
      ),

    /** A picture of the lane now. */
    takeSnapshot: ({ id }: { id: string }, how?: How) =>
      ask.picture({ method: 'GET', path: `/api/gate/cameras/${part(id)}/snapshot`, needsToken: true }, how),

    /** Whether the API can serve. */
    getHealth: (how?: How) => ask.json<Health>({ method: 'GET', path: '/api/health', needsToken: false }, how),

    /** This document. */
    getOpenApi: (how?: How) =>
      ask.json<Record<string, unknown>>({ method: 'GET', path: '/api/openapi.json', needsToken: false }, how),
  };
}
