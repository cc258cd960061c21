const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** Days of a common year before the first of each month. */
const daysBefore = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];

/**
 * The milliseconds since 1970 of a universal time as C's `asctime` writes it, `'Thu Jan  1 00:02:08 1970'`; the day may
 * be padded with a zero instead, as some firmware does. `undefined` for a text that is none.
 */
export function epochOf(text: string): number | undefined {
  const match = /^(?:\w{3},? +)?(\w{3}) +(\d{1,2}) +(\d{1,2}):(\d\d):(\d\d) +(\d{4})$/.exec(text);
  const [, name = '', ...numbers] = match ?? [];
  const month = months.indexOf(name);
  const [day = 0, hour = 0, minute = 0, second = 0, year = 0] = numbers.map(Number);
  const before = daysBefore[month];
  if (before === undefined) return undefined;
  const leapDay = month > 1 && leapYearsTo(year) > leapYearsTo(year - 1) ? 1 : 0;
  const days = 365 * (year - 1970) + leapYearsTo(year - 1) - leapYearsTo(1969) + before + leapDay + day - 1;
  return (((days * 24 + hour) * 60 + minute) * 60 + second) * 1000;
}

/** Leap years of the Gregorian calendar up to and with this one. */
function leapYearsTo(year: number): number {
  return Math.floor(year / 4) - Math.floor(year / 100) + Math.floor(year / 400);
}
