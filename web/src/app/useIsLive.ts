import type { Session, SessionStage } from '../session/session';
import { useObservable } from './useObservable';

const live: SessionStage = { stage: 'live' };

/** Whether the source of a session still tells something, and can be asked. */
export function useIsLive(session: Session): boolean {
  return useObservable(session.stage$, live).stage === 'live';
}
