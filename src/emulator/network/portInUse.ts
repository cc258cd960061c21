import type { NetworkError } from './network';
import type { Hint } from '../simulation/report';

/** What to say where the port of this machine that stands in for one of the modem's cannot be had. */
export function portInUse({ message, cause }: NetworkError): Hint {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'EADDRINUSE';
  const advice = 'have another port stand in for it, by ports: { 80: 8080 } of the virtual modem, or --port 80=8080';
  return { code, message: `${message}; ${advice}` };
}
