import { Interfaces } from './usocket';

/** The interfaces of the program. They are the only global state of the package. */
export const programInterfaces = new Interfaces();
