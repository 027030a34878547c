import type { Settings } from '../config/config.ts';
import type { Headers } from '../http/front.ts';

/** One `Link` per configured ICE server, with the credentials of TURN. */
export function linkHeaders({ webrtcICEServers2 }: Settings): Headers {
  if (webrtcICEServers2.length === 0) return {};
  const links = webrtcICEServers2.map(({ url, username, password }) => {
    const login = username
      ? `; username="${username}"; credential="${password ?? ''}"; credential-type="password"`
      : '';
    return `<${url}>; rel="ice-server"${login}`;
  });
  return { Link: links };
}
