import { messageOf } from '../../usocket/contract/messageOf';
import { codeOf, exitCodes } from './exitCodes';

/** 128 and the number of SIGPIPE, which Windows does not have. */
const brokenPipe = 141;

/**
 * Ends a command whose output cannot be written: silently if its reader has gone (`| head`), and with a message otherwise, for
 * example if the disk is full. What people are told on standard error may be lost, because the result does not depend on it.
 *
 * @param end Gets the exit code, once.
 */
export function endOnOutputFailure(
  { output, errors }: Record<'output' | 'errors', NodeJS.WritableStream>,
  end: (exitCode: number) => void,
): void {
  let hasEnded = false;
  const endOnce = (exitCode: number): void => {
    if (!hasEnded) end(exitCode);
    hasEnded = true;
  };
  output.on('error', (error: Error) => {
    const isGone = codeOf(error) === 'EPIPE';
    if (!isGone && !hasEnded) errors.write(`rx-usocket: standard output cannot be written: ${messageOf(error)}\n`);
    endOnce(isGone ? brokenPipe : exitCodes.failed);
  });
  errors.on('error', (error: Error) => {
    if (codeOf(error) === 'EPIPE') endOnce(brokenPipe);
  });
}
