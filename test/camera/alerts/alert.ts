import { IDENTITY } from './identity.ts';
import { element, root, type XmlNamespace } from './xml.ts';

export type AlertHead = {
  namespace: XmlNamespace;
  port: number;
  /** As it goes on the wire; null leaves the element out. */
  dateTime: string | null;
  activePostCount: number;
  eventType: string;
  eventState: 'active' | 'inactive';
  description: string;
};

/** An `EventNotificationAlert` as lines: the common fields of ISAPI.md 3.3, then what the event adds. */
export function alert(head: AlertHead, details: readonly string[]): string[] {
  return root('EventNotificationAlert', head.namespace, [
    ...element('ipAddress', IDENTITY.ipAddress),
    ...element('portNo', head.port),
    ...element('protocol', 'HTTP'),
    ...element('macAddress', IDENTITY.macAddress),
    ...element('channelID', 1),
    ...(head.dateTime === null ? [] : element('dateTime', head.dateTime)),
    ...element('activePostCount', head.activePostCount),
    ...element('eventType', head.eventType),
    ...element('eventState', head.eventState),
    ...element('eventDescription', head.description),
    ...element('channelName', IDENTITY.channelName),
    ...details,
  ]);
}

/** The heartbeat: a `videoloss` that is not (ISAPI.md 3.4). */
export function heartbeat(head: Pick<AlertHead, 'namespace' | 'port' | 'dateTime'>): string[] {
  const event = { activePostCount: 0, eventType: 'videoloss', description: 'videoloss alarm' } as const;
  return alert({ ...head, ...event, eventState: 'inactive' }, []);
}
