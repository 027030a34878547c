// The HTTP API's routes and how much each may be asked. A route key cannot end in '/', and the seed's URLs do: each
// route has a greedy twin.

/** What a browser's page may send to another origin. */
export const CORS_METHODS = ['GET', 'POST', 'PUT'] as const;

/** Steady requests a second, and how many at once. */
export type Throttle = { rate: number; burst: number };
export type GateRoute = {
  method: 'ANY' | 'GET' | 'POST';
  path: string;
  function: 'webhook' | 'api';
  throttle: Throttle;
};

/** Whatever no other route names: reads of operators, some of whose pages ask every second. */
const READS: Throttle = { rate: 50, burst: 100 };
/** An operator's hand on the lens. */
const MOVES: Throttle = { rate: 10, burst: 20 };
/** Each takes the camera's one login, so more would only wait in line. */
const CAMERA_WORK: Throttle = { rate: 5, burst: 10 };
/** No token is asked for: a monitor's question a second. */
const HEALTH: Throttle = { rate: 5, burst: 10 };
/** A truck brings two or three pushes; a burst is what a camera has kept while the Internet was away. */
const PUSHES_PER_CAMERA: Throttle = { rate: 5, burst: 50 };
const MAX_PUSHES: Throttle = { rate: 500, burst: 1_000 };

export function gateRoutes(cameras: number): GateRoute[] {
  const pushes = {
    rate: Math.min(cameras * PUSHES_PER_CAMERA.rate, MAX_PUSHES.rate),
    burst: Math.min(cameras * PUSHES_PER_CAMERA.burst, MAX_PUSHES.burst),
  };
  return [
    ...withTwin({ method: 'POST', path: '/api/gate/anpr-event', function: 'webhook', throttle: pushes }),
    ...withTwin({ method: 'POST', path: '/api/gate/camera/ptz', function: 'api', throttle: MOVES }),
    ...withTwin({ method: 'GET', path: '/api/gate/cameras/{camera}/snapshot', function: 'api', throttle: CAMERA_WORK }),
    ...withTwin({ method: 'POST', path: '/api/gate/cameras/{camera}/rearm', function: 'api', throttle: CAMERA_WORK }),
    ...withTwin({ method: 'GET', path: '/api/health', function: 'api', throttle: HEALTH }),
    { method: 'ANY', path: '/api/{proxy+}', function: 'api', throttle: READS },
  ];
}

export function routeKey({ method, path }: Pick<GateRoute, 'method' | 'path'>): string {
  return `${method} ${path}`;
}

function withTwin(route: GateRoute): GateRoute[] {
  return [route, { ...route, path: `${route.path}/{proxy+}` }];
}
