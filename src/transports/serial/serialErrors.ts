import type { ErrorCode } from '../../usocket/contract/errno';
import { messageOf } from '../../usocket/contract/messageOf';
import { callError, OSError } from '../../usocket/contract/osError';

/** What a message of the binding means, and what to do about it. */
type Meaning = readonly [pattern: RegExp, code: ErrorCode, advice: string];

/** The failures of the binding before it asks the operating system anything. */
const moduleFailures: readonly Meaning[] = [
  [
    /loading addons is disabled|access to this api has been restricted/i,
    'EACCES',
    'serial ports need a compiled module, which this program may not load; run it with `--allow-addons --allow-fs-read=*` as well',
  ],
  [
    /native (?:addon|build)|cannot find module|shared object|\.node\b/i,
    'EIO',
    'serial ports need a compiled module, which cannot be loaded here; try `npm rebuild @serialport/bindings-cpp`, and leave packages out of a bundle (`esbuild --packages=external`)',
  ],
];

/**
 * The meanings of the binding's error messages, because its errors have no codes. In "Error: No such file or directory,
 * cannot open /dev/x", the text before the comma is that of the C library.
 */
const failures: readonly Meaning[] = [
  [
    /cannot lock|resource busy|in use/i,
    'EBUSY',
    'another program has it open; close that program (`fuser -v <path>` shows which)',
  ],
  [/access denied/i, 'EBUSY', 'another program has it open, or this user may not open it; close that program'],
  ...moduleFailures,
  [
    /permission denied|not permitted/i,
    'EACCES',
    'this user may not open it; join its group (`sudo usermod -aG dialout $USER`) and log in again',
  ],
  [
    /no such file|no such device|not found/i,
    'ENODEV',
    'there is no such port; check the spelling and that the device is plugged in (`npx rx-usocket ports` lists the ports)',
  ],
  [
    /inappropriate ioctl|is a directory|not a (tty|terminal)/i,
    'ENODEV',
    'this is not a serial port; check the path (`npx rx-usocket ports` lists the ports)',
  ],
  [/baud|parameter is incorrect|invalid argument/i, 'EINVAL', 'the port does not take these settings; try 115200 baud'],
];

/** Makes the error of ports that cannot be listed. What the operating system's tool says of itself stays as it is. */
export function listFailure(cause: unknown): unknown {
  const answer = messageOf(cause);
  const [, code, advice] = moduleFailures.find(([pattern]) => pattern.test(answer)) ?? [];
  if (code === undefined) return cause;
  return callError('listPorts', code, `${advice} (the answer was: ${answer})`, { cause });
}

/** Makes the error of a port that does not open. Without a cause, it has closed without a word. */
export function openFailure(path: string, cause: Error | undefined): OSError {
  const answer = cause?.message ?? 'nothing';
  const [, code, advice] = failures.find(([pattern]) => pattern.test(answer)) ?? [
    undefined,
    'EIO' as const,
    'unplug the device, plug it in again and retry',
  ];
  return new OSError(code, 'open', `open ${path}: ${advice} (the port's driver answered: ${answer})`, { cause });
}

/** Makes the error of an open port that is lost. */
export function lossOf(path: string, cause: Error | undefined): OSError {
  const answer = cause ? ` (the port's driver answered: ${cause.message})` : '';
  const told = `the serial port is gone; check that the device is plugged in, then open it again${answer}`;
  return new OSError('ENODEV', 'read', `${path}: ${told}`, { cause });
}

/** Makes the error of a speed that the port cannot have. It keeps the one that it has. */
export function speedFailure(path: string, baudRate: number, cause: Error | undefined): OSError {
  const told = `the port cannot be set to ${baudRate} baud; try 115200 or 921600`;
  const answer = cause?.message ?? 'nothing';
  return new OSError('EINVAL', 'open', `${path}: ${told} (the port's driver answered: ${answer})`, { cause });
}
