/** A Map that forgets its oldest entry instead of growing beyond `capacity`. */
export class BoundedMap<K, V> extends Map<K, V> {
  readonly #capacity: number;

  constructor(capacity: number) {
    super();
    this.#capacity = capacity;
  }

  /** The entry becomes the newest. */
  override set(key: K, value: V): this {
    this.delete(key);
    for (const oldest of this.keys()) {
      if (this.size < this.#capacity) break;
      this.delete(oldest);
    }
    return super.set(key, value);
  }
}
