import { render } from 'preact';

import { App } from './app/App';

const place = document.getElementById('page');
if (place) {
  // The words for a page that cannot be loaded.
  place.replaceChildren();
  render(<App />, place);
}
