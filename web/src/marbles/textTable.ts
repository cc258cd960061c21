/** Texts, each held once however many marbles have it, and only as long as one has it. */
export class TextTable {
  private readonly places = new Map<string, number>();
  private readonly texts: string[] = [];
  private readonly uses: number[] = [];
  private readonly free: number[] = [];
  private held = 0;

  /** How many characters are held. */
  get size(): number {
    return this.held;
  }

  /** One more than the highest place that is in use. */
  get length(): number {
    return this.texts.length;
  }

  at(place: number): string {
    return this.texts[place] ?? '';
  }

  /** Takes a text, and returns its place. */
  take(text: string): number {
    const known = this.places.get(text);
    if (known !== undefined) {
      this.uses[known] = (this.uses[known] ?? 0) + 1;
      return known;
    }
    const place = this.free.pop() ?? this.texts.length;
    this.texts[place] = text;
    this.uses[place] = 1;
    this.places.set(text, place);
    this.held += text.length;
    return place;
  }

  /** A marble that had the text is gone. */
  release(place: number): void {
    const left = (this.uses[place] ?? 0) - 1;
    this.uses[place] = left;
    if (left > 0) return;
    const text = this.at(place);
    this.places.delete(text);
    this.texts[place] = '';
    this.held -= text.length;
    this.free.push(place);
  }
}
