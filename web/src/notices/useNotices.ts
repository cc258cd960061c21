import { createContext } from 'preact';
import { useContext } from 'preact/hooks';

import { Notices } from './notices';

export const NoticesContext = createContext(new Notices());

/** The notices of the page, for a panel that has something to tell. */
export function useNotices(): Notices {
  return useContext(NoticesContext);
}
