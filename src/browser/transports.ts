import type * as onNode from '../transports';
import { withoutPassword } from '../transports/line/lineName';
import { OSError } from '../usocket/contract/osError';
import { webSocketUart } from '../web-serial';

export { withoutPassword };

/** Opens the line of another machine. A browser has no other lines by name: its user chooses a serial port. */
export const openUart: typeof onNode.openUart = (target) => {
  if (/^wss?:/i.test(target)) return webSocketUart(target);
  const shown = JSON.stringify(withoutPassword(target));
  const advice =
    "webSerialUart(port) of rx-usocket/web-serial opens a port that the user has chosen; try that, or 'ws://…'";
  throw new OSError('EINVAL', 'open', `open ${shown}: a browser opens no line by this name; ${advice}`);
};
