/** Where picture bytes live: S3 in the cloud, a folder on one machine. Keys are content-addressed, so a put may repeat. */
export interface PictureStore {
  /** Resolves once the bytes are safe; putting the same key again is success. Throws Broken when the store is away. */
  put(key: string, bytes: Uint8Array, contentType: string): Promise<void>;
  /** A URL that anyone holding it can GET until it expires. */
  url(key: string, expiresInSeconds: number): Promise<string>;
}
