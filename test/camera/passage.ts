// What passes the gate, and what the camera said about it: the words that every part of the simulated camera shares.

/** One vehicle as this camera reads it. Vehicle and plate words are those of ISAPI.md 4.2. */
export type Passage = {
  /** As sent; `unknown`, `noPlate` and empty are the camera's words for an unread plate; null leaves the element out. */
  plate: string | null;
  /** ISO 3166 alpha-3, `NON` where unknown. */
  country: string;
  direction: 'forward' | 'reverse' | 'unknown';
  /** 0–100. */
  confidence: number;
  lane: string;
  plateType: string;
  plateColor: string;
  vehicleType: string;
  vehicleColor: string;
  speedKmh: number;
  /** The camera's own list that matched. */
  list: string;
  /** Given only to repeat a UUID; otherwise the camera makes a new one. */
  uuid?: string;
};

export const ORDINARY_PASSAGE: Passage = {
  plate: '01A123BC',
  country: 'UZB',
  direction: 'forward',
  confidence: 96,
  lane: '1',
  plateType: '92TypeCivil',
  plateColor: 'white',
  vehicleType: 'truck',
  vehicleColor: 'blue',
  speedKmh: 12,
  list: 'otherList',
};

export type SentPicture = {
  fileName: 'licensePlatePicture.jpg' | 'detectionPicture.jpg';
  /** Joins the part to its `pictureInfo` (ISAPI.md 4.2, `pId`). */
  pictureId: string;
  bytes: Buffer;
};

/** One line of the ledger: the truth that tests compare the table with. */
export type LedgerEntry = {
  passage: Passage;
  uuid: string;
  /** The camera's own clock at the passage, ms since 1970. */
  capturedAt: number;
  /** `dateTime` exactly as the alert carries it; null where the camera sends none. */
  dateTime: string | null;
  /** The name of the row in the camera's memory (ISAPI.md 9). */
  picName: string;
  pictures: SentPicture[];
  /** Open streams that the alert was written to, and what the webhook answered: one entry for each report. */
  reports: { streams: number; push: PushResult | null }[];
};

export type PushResult = { status: number } | { failed: string };

const UNREAD = new Set(['', 'unknown', 'noplate']);

/** Whether the camera found no plate to report. */
export function isUnread(passage: Passage): boolean {
  return passage.plate === null || UNREAD.has(passage.plate.toLowerCase());
}
