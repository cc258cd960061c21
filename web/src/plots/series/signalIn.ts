/**
 * The answers of AT+CWJAP?, which AT 1.7 also has with the endings _CUR and _DEF, and AT 2 continues with more fields:
 * `+CWJAP:"name","aa:bb:cc:dd:ee:ff",6,-61`. The name may contain anything.
 */
const joined = /^\+CWJAP(?:_CUR|_DEF)?: *".*" *, *"?(?:[\da-f]{2}:){5}[\da-f]{2}"? *, *\d+ *, *(-\d+)(?: *,|$)/i;

/** The strength of the signal in an answer of the modem, in dBm. `undefined` if the line does not tell it. */
export function signalIn(line: string): number | undefined {
  const signal = joined.exec(line)?.[1];
  return signal === undefined ? undefined : Number(signal);
}
