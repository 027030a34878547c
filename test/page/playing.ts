/** A picture that is on the screen, whichever way it came. */
export type Playing = {
  how: 'WebRTC' | 'HLS';
  /** Resolves with why it ended. */
  ended: Promise<string>;
  /** Goes on with a fresh token, without a blink; throws Refused. */
  renew(token: string): Promise<void>;
  close(): void;
};
