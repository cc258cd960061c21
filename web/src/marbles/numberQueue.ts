/** A queue of numbers that increase, such as those of the marbles of one lane. The oldest ones leave it first. */
export class NumberQueue {
  private numbers = new Uint32Array(16);
  private head = 0;
  private tail = 0;

  get length(): number {
    return this.tail - this.head;
  }

  /** The number at a place, counted from the oldest one. */
  at(place: number): number {
    return this.numbers[this.head + place] ?? 0;
  }

  push(number: number): void {
    if (this.tail === this.numbers.length) this.makeRoom();
    this.numbers[this.tail++] = number;
  }

  /** Removes the numbers below this one. */
  dropBelow(number: number): void {
    while (this.length > 0 && this.at(0) < number) this.head++;
  }

  clear(): void {
    this.head = this.tail = 0;
  }

  /** The place of the first number that is not below this one; the length if there is none. */
  placeOf(number: number): number {
    return firstPlace(this.length, (place) => this.at(place) >= number);
  }

  /** Half of the places are free afterwards at most, so that a push costs the same however long the queue is. */
  private makeRoom(): void {
    const held = this.numbers.subarray(this.head, this.tail);
    const isRoomAhead = this.head > this.numbers.length / 2;
    const numbers = isRoomAhead ? this.numbers : new Uint32Array(this.numbers.length * 2);
    numbers.set(held);
    this.numbers = numbers;
    this.tail -= this.head;
    this.head = 0;
  }
}

/**
 * The first place from `start` on where something that becomes true stays true; `length` if it is nowhere. It looks near `start`
 * first, because who goes through a list by small steps is there.
 */
export function firstPlace(length: number, isReached: (place: number) => boolean, start = 0): number {
  let low = start;
  let step = 1;
  while (low + step <= length && !isReached(low + step - 1)) {
    low += step;
    step *= 2;
  }
  let high = Math.min(length, low + step - 1);
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isReached(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
