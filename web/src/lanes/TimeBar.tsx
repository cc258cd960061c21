import { useObservable } from '../app/useObservable';
import { LaneMenu } from './LaneMenu';
import type { LanesView } from './lanesView';

/** The buttons for the visible time. */
export function TimeBar({ view }: { readonly view: LanesView }) {
  const { viewport } = view.session;
  const isFollowing = useObservable(viewport.isFollowing$, viewport.isFollowing);
  return (
    <div class="lanes-tools" role="group" aria-label="Visible time">
      <button
        type="button"
        aria-pressed={isFollowing}
        title="Follow what happens now, or stand still. Nothing is lost meanwhile. (Space)"
        onClick={() => viewport.toggle()}
      >
        {isFollowing ? 'Live' : 'Paused'}
      </button>
      <button type="button" aria-label="Zoom out" title="Zoom out (−)" onClick={() => viewport.zoom(2)}>
        −
      </button>
      <button type="button" aria-label="Zoom in" title="Zoom in (+)" onClick={() => viewport.zoom(0.5)}>
        +
      </button>
      <button type="button" title="Show everything (0)" onClick={() => viewport.fitAll()}>
        Fit all
      </button>
      <LaneMenu view={view} />
    </div>
  );
}
