import type { openUart as openUartOnNode } from '../../../src/transports';
import { isErrorCode } from '../../../src/usocket/contract/errno';
import { OSError } from '../../../src/usocket/contract/osError';
import { hostOfFrame } from './hostOfFrame';
import { lineToProgram } from './lineToProgram';

export { withoutPassword } from '../../../src/transports/line/lineName';

/** Opens the line of the page, whatever the name: a program that was written for a device runs as it is. */
export const openUart: typeof openUartOnNode = (_, settings) => {
  try {
    return lineToProgram(hostOfFrame().openLine(settings?.baudRate ?? 115_200)) as ReturnType<typeof openUartOnNode>;
  } catch (error) {
    const { message = String(error), code } = error as { readonly message?: string; readonly code?: string };
    throw new OSError(isErrorCode(code) ? code : 'ENODEV', 'open', message);
  }
};
