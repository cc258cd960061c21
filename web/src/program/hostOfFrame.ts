import type { ProgramFrame, ProgramHost } from '../playground/run/programHost';

/** The page that runs this program. */
export function hostOfFrame(): ProgramHost {
  const host = (window.frameElement as ProgramFrame | null)?.programHost;
  if (!host) throw new Error('this module is for programs that the page of rx-usocket runs');
  return host;
}
