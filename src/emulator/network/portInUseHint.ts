import type { LineHint } from '../../streams';
import type { NetworkError } from './network';

/** The hint when the port of this machine that stands in for a port of the modem is taken. */
export function portInUseHint({ message, cause }: NetworkError): LineHint {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'EADDRINUSE';
  const advice =
    'let another port stand in for it, with ports: { 80: 8080 } of the virtual modem, or with --port 80=8080';
  return { code, message: `${message}; ${advice}` };
}
