import { EMPTY } from 'rxjs';

import type { watchByEnvironment as watchByEnvironmentOnNode } from '../watchByEnvironment';

/** A page has no environment. */
export const watchByEnvironment: typeof watchByEnvironmentOnNode = () => EMPTY;
