/** The part of `node:timers/promises` that programs for a modem use, in the time of the page. */
function pause<T>(milliseconds = 1, value?: T): Promise<T | undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(value), milliseconds));
}

export { pause as setTimeout };
